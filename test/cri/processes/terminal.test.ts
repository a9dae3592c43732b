// A shell on a terminal, as somebody sees it who types.
import { expect, test } from 'vitest';
import type { Machine } from '../../../src/cri/processes/machine.ts';
import { container, machine } from './machine-fixture.ts';

interface Screen {
  m: Machine;
  handle: string;
  /** Types keys, lets a moment pass, and says what the terminal was sent. */
  type(keys: string, ms?: number): Promise<string>;
}

async function shell(image = 'busybox', argv: string[] = ['sh']): Promise<Screen> {
  const m = machine();
  m.start(container(['sleep', '86400'], { image }));
  const handle = m.exec('main', { argv, tty: true, stdin: true });
  const type = async (keys: string, ms = 1): Promise<string> => {
    if (keys) m.execInput(handle, Buffer.from(keys));
    await m.advance(m.now + ms);
    return m
      .execOutput(handle)
      .map(({ data }) => Buffer.from(data).toString())
      .join('');
  };
  return { m, handle, type };
}

test.each([
  { image: 'busybox', argv: ['sh'], prompt: '/ # ' },
  { image: 'nginx', argv: ['bash'], prompt: 'root@web-0:/# ' },
  { image: 'nginx', argv: ['sh'], prompt: '# ' },
])('$argv of $image asks with "$prompt"', async ({ image, argv, prompt }) => {
  expect(await (await shell(image, argv)).type('')).toBe(prompt);
});

test('what is typed is echoed, and lines end with a carriage return', async () => {
  const { type } = await shell();
  await type('');
  expect(await type('echo hi')).toBe('echo hi');
  expect(await type('\r')).toBe('\r\nhi\r\n/ # ');
  expect(await type('cd /tmp\r')).toBe('cd /tmp\r\n/tmp # ');
});

test.each([
  { keys: 'echo abx\x7fc\r', runs: 'abc' },
  { keys: 'echo ac\x1b[Db\r', runs: 'abc' },
  { keys: 'cho abc\x01e\r', runs: 'abc' },
  { keys: 'echo one two\x17abc\r', runs: 'one abc' },
  { keys: 'rubbish\x15echo abc\r', runs: 'abc' },
  { keys: 'echo first\recho second\r\x1b[A\x1b[A\r', runs: 'first' },
  { keys: 'echo first\recho sec\x1b[A\x1b[Bond\r', runs: 'second' },
  { keys: 'echo äx\x7f\x7fbc\r', runs: 'bc' },
])('the line editor makes $runs of $keys', async ({ keys, runs }) => {
  const { type } = await shell();
  await type('');
  let seen = '';
  for (const part of keys.split(/(?<=\r)/)) seen = await type(part);
  expect(seen.split('\r\n').at(-2)).toBe(runs);
});

test('Ctrl-C ends what runs, and the shell asks again', async () => {
  const { type } = await shell();
  await type('');
  expect(await type('sleep 1000\r', 2000)).toBe('sleep 1000\r\n');
  expect(await type('\x03')).toBe('^C\r\n/ # ');
  expect(await type('echo $?\r')).toBe('echo $?\r\n130\r\n/ # ');
  await type('while true; do sleep 1; done\r', 3000);
  expect(await type('\x03')).toBe('^C\r\n/ # ');
  expect(await type('half a line\x03')).toBe('half a line^C\r\n/ # ');
});

test('Ctrl-D ends the input of what reads, then the shell with the last status', async () => {
  const { m, handle, type } = await shell('nginx', ['bash']);
  await type('');
  expect(await type('cat\rone\r')).toBe('cat\r\none\r\none\r\n');
  expect(await type('\x04')).toBe('root@web-0:/# ');
  await type('false\r');
  expect(await type('\x04')).toBe('exit\r\n');
  expect(m.execResult(handle).exitCode).toBe(1);
});

test('a command of several lines is asked for with >', async () => {
  const { type } = await shell();
  await type('');
  expect(await type('for i in 1 2\r')).toBe('for i in 1 2\r\n> ');
  expect(await type('do echo $i; done\r')).toBe('do echo $i; done\r\n1\r\n2\r\n/ # ');
});

test('programs can tell a terminal', async () => {
  const { type } = await shell();
  await type('');
  expect(await type('tty; [ -t 1 ] && echo yes\r')).toContain('/dev/pts/0\r\nyes\r\n');
});
