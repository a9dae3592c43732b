import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/flags/parse.ts';
import { commandPaths, type FlagFact, globalFlags, localFlags } from '../../src/cli/flags/surface.ts';
import { defaultOf } from '../../src/cli/flags/values-parsed.ts';
import { run } from './run.ts';

function messageOf(act: () => unknown): string {
  try {
    act();
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
}

const parse = (line: string) => parseCommandLine('kubectl', line.split(' ').filter(Boolean));

describe('pflag reads', () => {
  test.each([
    { line: 'get pods -o=json', output: 'json' },
    { line: 'get pods -ojson', output: 'json' },
    { line: 'get pods -o json', output: 'json' },
    { line: 'get pods --output=json', output: 'json' },
    { line: 'get pods --output json', output: 'json' },
    { line: '-o json get pods', output: 'json' },
    { line: 'get -Aojson pods', output: 'json' },
    { line: 'get pods -o yaml -o json', output: 'json' },
  ])('$line', ({ line, output }) => {
    const { path, args, flags } = parse(line);
    expect({ path, args, output: flags.string('output') }).toEqual({ path: 'get', args: ['pods'], output });
  });

  test.each([
    { line: 'create ns x --dry-run', value: 'unchanged', args: ['x'] },
    { line: 'create ns x --dry-run=client', value: 'client', args: ['x'] },
    { line: 'create ns x --dry-run client', value: 'unchanged', args: ['x', 'client'] },
    { line: 'create ns x', value: 'none', args: ['x'] },
  ])('$line: a value only behind =', ({ line, value, args }) => {
    expect({ value: parse(line).flags.string('dry-run'), args: parse(line).args }).toEqual({ value, args });
  });

  test('booleans with and without a value', () => {
    expect(parse('get pods -w').flags.bool('watch')).toBe(true);
    expect(parse('get pods --watch=false').flags.bool('watch')).toBe(false);
    expect(parse('get pods -w=0').flags.bool('watch')).toBe(false);
    expect(parse('get pods --no-headers').flags.bool('no-headers')).toBe(true);
  });

  test('what stands behind -- as arguments', () => {
    const { args, dashAt, flags } = parse('exec web -it -c app -- ls -l --color');
    expect({ args, dashAt, tty: flags.bool('tty'), container: flags.string('container') }).toEqual({
      args: ['web', 'ls', '-l', '--color'],
      dashAt: 1,
      tty: true,
      container: 'app',
    });
  });

  test('repeated lists: commas split a slice, not an array', () => {
    expect(parse('apply -f a,b -f c').flags.list('filename')).toEqual(['a', 'b', 'c']);
    expect(
      parseCommandLine('kubectl', ['create', 'cm', 'x', '--from-literal=a=1,2', '--from-literal', 'b=3']).flags.list('from-literal'),
    ).toEqual(['a=1,2', 'b=3']);
    expect(parseCommandLine('kubectl', ['apply', '-f', '"a,b",c']).flags.list('filename')).toEqual(['a,b', 'c']);
  });

  test('aliases of commands', () => {
    expect(parse('create deploy web').path).toBe('create deployment');
    expect(parse('create svc clusterip x').path).toBe('create service clusterip');
    expect(parse('config use dev').path).toBe('config use-context');
  });

  test('the verb behind flags that take a value', () => {
    expect(parse('-n get get pods')).toMatchObject({ path: 'get', args: ['pods'] });
    expect(parse('--context prod rollout -n x status deploy/web')).toMatchObject({ path: 'rollout status', args: ['deploy/web'] });
  });

  test('durations and numbers as Go does', () => {
    expect(parse('delete pod x --timeout=1m30s').flags.duration('timeout')).toBe(90_000);
    expect(parse('delete pod x --timeout=1.5h').flags.duration('timeout')).toBe(5_400_000);
    expect(parse('scale deploy/x --replicas=0x10').flags.int('replicas')).toBe(16);
    expect(parse('scale deploy/x --replicas=010').flags.int('replicas')).toBe(8);
    expect(parse('get pods --request-timeout=5').flags.duration('request-timeout')).toBe(5000);
  });

  test('key=value maps', () => {
    expect(parse('debug x --set-image=a=b,c=d --image=y').flags.map('set-image')).toEqual({ a: 'b', c: 'd' });
  });

  test('underscores as dashes', () => {
    expect(parse('get pods --no_headers').flags.bool('no-headers')).toBe(true);
  });
});

test.each([
  { line: 'get --nope', error: 'unknown flag: --nope' },
  { line: 'get --outpu=json', error: 'unknown flag: --outpu' },
  { line: 'get -wZ', error: "unknown shorthand flag: 'Z' in -Z" },
  {
    line: 'scale --replicas=99999999999999999999',
    error:
      'invalid argument "99999999999999999999" for "--replicas" flag: strconv.ParseInt: parsing "99999999999999999999": value out of range',
  },
  { line: 'delete pod x --timeout=5x', error: 'invalid argument "5x" for "--timeout" flag: time: unknown unit "x" in duration "5x"' },
  {
    line: 'apply -f a"b',
    error: 'invalid argument "a\\"b" for "-f, --filename" flag: parse error on line 1, column 2: bare " in non-quoted-field',
  },
])('$line: $error', ({ line, error }) => {
  expect(messageOf(() => parse(line))).toBe(error);
});

test('every default of the table has the type of its flag', () => {
  const types = { bool: 'boolean', int: 'number', duration: 'number', string: 'string', array: 'list', slice: 'list', map: 'object' };
  const wrong: string[] = [];
  const check = (path: string, facts: readonly FlagFact[]): void => {
    for (const fact of facts) {
      const value = defaultOf(fact);
      if ((Array.isArray(value) ? 'list' : typeof value) !== types[fact.type] || Number.isNaN(value)) wrong.push(`${path} --${fact.name}`);
    }
  };
  check('', globalFlags());
  for (const path of commandPaths('kubemu')) check(path, localFlags('kubemu', path));
  expect(wrong).toEqual([]);
});

describe('help', () => {
  test('lists commands under their headings', async () => {
    const { stdout } = await run([]);
    expect(stdout).toMatch(/\nBasic Commands \(Intermediate\):\n(.*\n)* {2}get +\S/);
    expect(stdout).toMatch(
      /\nUsage:\n {2}kubectl \[flags\] \[options\]\n\nUse "kubectl <command> --help" for more information about a given command\.\n/,
    );
    expect(stdout).not.toContain('Commands of kubemu');
  });

  test('of a command shows examples, options in two lines each, and usage', async () => {
    const { stdout, exitCode } = await run(['config', 'set-context', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\n\nExamples:\n {2}# .*\n {2}kubectl config set-context /);
    expect(stdout).toMatch(/\n\nOptions:\n {4}--cluster='':\n\t.*\n\n {4}--current=false:\n\t/);
    expect(stdout).toContain("\n    -n, --namespace='':\n\t");
    expect(stdout).toMatch(
      /\n\nUsage:\n {2}kubectl config set-context \[NAME \| --current\] .*\n\nUse "kubectl options" for a list of global command-line options \(applies to all commands\)\.\n$/,
    );
  });

  test('of a group lists what is below it', async () => {
    expect((await run(['config', '-h'])).stdout).toMatch(/\nAvailable Commands:\n {2}current-context +\S.*\n {2}delete-cluster +\S/);
  });
});
