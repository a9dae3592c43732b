// kubectl config against one kubeconfig after the other, step by step.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Place, place, run } from './run.ts';
import { shellWords } from './shell-words.ts';

/** Lines behind `! ` are stderr's. */
interface Step {
  line: string;
  stdout: string;
  stderr: string;
  exitCode: number;
}

const scenarios = readFileSync(new URL('./config.txt', import.meta.url), 'utf8')
  .split(/^@files /m)
  .slice(1);

describe.each(scenarios.map((text, i) => ({ scenario: i + 1, text })))('scenario $scenario', ({ text }) => {
  const end = text.indexOf('\n');
  const at = place(JSON.parse(text.slice(0, end)) as Record<string, string>);
  test.each(
    text
      .slice(end)
      .split(/\n(?=\$ )/)
      .slice(1)
      .map(step),
  )('$line', async ({ line, ...expected }) => {
    const result = await run(shellWords(line).slice(1), at);
    expect(result).toEqual(expected);
  });
});

function step(block: string): Step {
  const [line = '', ...rest] = block.split('\n').filter((one, i, all) => !(one === '' && i === all.length - 1));
  const exit = /^\[exit (\d+)\]$/.exec(rest.at(-1) ?? '');
  if (exit) rest.pop();
  const stderr = rest.filter((one) => one.startsWith('! ')).map((one) => `${one.slice(2)}\n`);
  const body = rest.filter((one) => !one.startsWith('! '));
  const whole = body.at(-1) !== '@no newline';
  if (!whole) body.pop();
  return {
    line: line.slice(2),
    stdout: body.join('\n') + (whole && body.length > 0 ? '\n' : ''),
    stderr: stderr.join(''),
    exitCode: Number(exit?.[1] ?? 0),
  };
}

const foreign = `apiVersion: v1
kind: Config
clusters:
- {name: prod, cluster: {server: "https://prod.example.com"}}
contexts:
- {name: prod, context: {cluster: prod, user: me, namespace: shop}}
current-context: prod
users:
- {name: me, user: {token: x}}
`;

test("a cluster that is not kubemu's is refused by name", async () => {
  const at = place({ kc: foreign });
  expect(await run(['get', 'pods', '--kubeconfig=kc'], at)).toEqual({
    stdout: '',
    stderr:
      'error: cluster "prod" (https://prod.example.com) is not a kubemu cluster; kubemu talks to no other. Choose another context or unset KUBECONFIG\n',
    exitCode: 1,
  });
});

describe('without any kubeconfig', () => {
  const contexts = async (at: Place): Promise<string> => (await run(['config', 'get-contexts', '-o', 'name'], at)).stdout;

  test('the default cluster is there as kubeadm would name it', async () => {
    const at = place();
    expect(await contexts(at)).toBe('kubernetes-admin@kubernetes\n');
    expect((await run(['config', 'view', '-o', 'jsonpath={.clusters[0].cluster.extensions[0].extension.state}'], at)).stdout).toBe(
      join(at.env.KUBEMU_HOME ?? '', 'cluster.json'),
    );
  });

  test('a change makes the file, and ~/.kube stays alone', async () => {
    const at = place();
    await run(['config', 'set-context', '--current', '--namespace=web'], at);
    expect(readFileSync(join(at.env.KUBEMU_HOME ?? '', 'config'), 'utf8')).toContain('    namespace: web\n');
    expect(() => readFileSync(join(at.env.HOME ?? '', '.kube', 'config'))).toThrow('ENOENT');
  });
});

test('of several files the first wins, and each stanza is written back to its own', async () => {
  const at = place({ a: foreign, b: foreign.replaceAll('prod', 'test').replace('shop', 'lab') });
  at.env.KUBECONFIG = 'a:b';
  expect((await run(['config', 'current-context'], at)).stdout).toBe('prod\n');
  expect((await run(['config', 'get-contexts', '-o', 'name'], at)).stdout).toBe('prod\ntest\n');
  await run(['config', 'set-context', 'test', '--namespace=new'], at);
  expect(readFileSync(join(at.cwd, 'b'), 'utf8')).toContain('namespace: new');
  expect(readFileSync(join(at.cwd, 'a'), 'utf8')).toBe(foreign);
});

test('a kubeconfig with anchors and flow style is read as well', async () => {
  const at = place({ kc: 'contexts: [&c {name: x,\n  context: {cluster: y}}]\ncurrent-context: x\n' });
  expect((await run(['config', 'current-context', '--kubeconfig=kc'], at)).stdout).toBe('x\n');
});

test('a damaged kubeconfig is named', async () => {
  const at = place();
  writeFileSync(join(at.cwd, 'kc'), 'contexts: [\n');
  expect(await run(['config', 'view', '--kubeconfig=kc'], at)).toEqual({
    stdout: '',
    stderr: 'error: error loading config file "kc": yaml: line 1: did not find expected node content\n',
    exitCode: 1,
  });
});
