import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { place, run } from './run.ts';

const HEAD = 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n';
const at = (preferences: string, env: Record<string, string> = {}) => place({ rc: HEAD + preferences }, { KUBERC: 'rc', ...env });
const DRY = ['run', 'web', '--image=nginx', '--dry-run=client'];

describe('defaults', () => {
  const named = at('defaults:\n- command: run\n  options:\n  - {name: dry-run, default: client}\n  - {name: output, default: name}\n');
  test('stand in for flags that nobody typed', async () => {
    expect((await run(['run', 'web', '--image=nginx'], named)).stdout).toBe('pod/web\n');
  });
  test('yield to flags on the line', async () => {
    expect((await run(['run', 'web', '--image=nginx', '-o', 'json'], named)).stdout).toContain('"kind": "Pod"');
  });
  test('are those of their command only', async () => {
    const result = await run(['create', 'configmap', 'a', '--dry-run=client'], named);
    expect(result.stdout).toBe('configmap/a created (dry run)\n');
  });
  test('for commands of two words', async () => {
    const where = at('defaults:\n- command: create configmap\n  options: [{name: dry-run, default: client}]\n');
    expect((await run(['create', 'cm', 'a'], where)).stdout).toBe('configmap/a created (dry run)\n');
  });
  test('in the words of v1alpha1', async () => {
    const old = place({
      rc: 'apiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\noverrides:\n- command: run\n  flags: [{name: output, default: name}]\n',
    });
    expect((await run([...DRY, '--kuberc=rc'], old)).stdout).toBe('pod/web\n');
  });
});

describe('aliases', () => {
  const aliases = `aliases:
- name: draft
  command: run
  prependArgs: [web]
  appendArgs: ["--image=nginx"]
  options: [{name: dry-run, default: client}]
`;
  test('run their command with arguments before and behind', async () => {
    expect((await run(['draft', '-o', 'name'], at(aliases))).stdout).toBe('pod/web\n');
  });
  test('do not hide commands', async () => {
    const result = await run(['version', '--client'], at('aliases:\n- name: version\n  command: run\n'));
    expect(result.stderr).toBe('Warning: Setting alias "version" to a built-in command is not supported\n');
    expect(result.stdout).toContain('Client Version: v1.36');
  });
});

describe('what is wrong', () => {
  const cases: [about: string, preferences: string, stderr: string][] = [
    ['an alias with a digit', 'aliases:\n- {name: a1, command: get}\n', 'invalid alias name, can only include alphabetical characters'],
    ['an alias twice', 'aliases:\n- {name: a, command: get}\n- {name: a, command: get}\n', 'duplicate alias name a'],
    [
      'a flag with dashes',
      'defaults:\n- command: run\n  options: [{name: --output, default: x}]\n',
      'flag name --output should be in long form without dashes',
    ],
    [
      'a flag that the command does not have',
      'defaults:\n- command: run\n  options: [{name: nope, default: x}]\n',
      'invalid flag nope for command run',
    ],
  ];
  test.each(cases)('%s', async (_, preferences, problem) => {
    const result = await run(DRY, at(preferences));
    expect([result.exitCode, result.stderr]).toEqual([1, `error occurred while applying preferences ${problem}\n`]);
  });
  test('a command that there is not is only warned of', async () => {
    const result = await run(DRY, at('defaults:\n- {command: nope, options: []}\n'));
    expect([result.exitCode, result.stderr]).toEqual([0, 'Warning: command "nope" not found to set kuberc override\n']);
  });
  test('an unknown field is ignored', async () => {
    const result = await run(DRY, at('foo: 1\n'));
    expect(result.stderr).toMatch(/^kuberc: ignoring strict decoding error in .*\/rc: strict decoding error: unknown field "foo"\n$/);
  });
  test('switched off and named at once', async () => {
    const result = await run([...DRY, '--kuberc=rc'], at('', { KUBERC: 'off' }));
    expect(result.stderr).toContain('disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive');
  });
  test('a file that is not there', async () => {
    expect((await run([...DRY, '--kuberc=none'])).stderr).toMatch(/^error: kuberc file not found at .*\/none\n$/);
  });
});

describe('kuberc set and view', () => {
  test('write what is then in force', async () => {
    const home = place();
    const path = join(home.env.KUBEMU_HOME as string, 'kuberc');
    const set = await run(
      ['kuberc', 'set', '--section=defaults', '--command=run', '--option=output=name', '--option=dry-run=client'],
      home,
    );
    expect(set.stdout).toBe(`Updated ${path}\n`);
    expect((await run(['run', 'web', '--image=nginx'], home)).stdout).toBe('pod/web\n');
    expect((await run(['kuberc', 'set', '--section=defaults', '--command=run', '--option=output=json'], home)).stderr).toBe(
      'error: defaults for command "run" already exist, use --overwrite to replace\n',
    );
    await run(['kuberc', 'set', '--section=aliases', '--name=sys', '--command=get', '--prependarg=pods', '--appendarg=-A'], home);
    expect((await run(['kuberc', 'view'], home)).stdout).toBe(readFileSync(path, 'utf8'));
    expect(readFileSync(path, 'utf8')).toBe(`aliases:
- appendArgs:
  - -A
  command: get
  name: sys
  prependArgs:
  - pods
apiVersion: kubectl.config.k8s.io/v1beta1
defaults:
- command: run
  options:
  - default: name
    name: output
  - default: client
    name: dry-run
kind: Preference
`);
  });
  test('offers to write a file where there is none', async () => {
    const home = place();
    const path = join(home.env.KUBEMU_HOME as string, 'kuberc');
    const result = await run(['kuberc', 'view'], home, { stdin: 'y\n' });
    expect(result.stdout).toBe(
      `kuberc file not found at ${path}\nWould you like to generate a default kuberc file with recommended options? (y/N): `,
    );
    expect((await run(['kuberc', 'view', '-o', 'json'], home)).stdout).toContain('"server-side"');
  });
  test('a broken file at the default path is told of and left alone', async () => {
    const home = place();
    await run(['kuberc', 'view'], home, { stdin: 'y\n' });
    writeFileSync(join(home.env.KUBEMU_HOME as string, 'kuberc'), 'kind: Pod\napiVersion: v1\n');
    const result = await run(DRY, home);
    expect([result.exitCode, result.stderr]).toEqual([
      0,
      `kuberc: no preferences loaded from ${join(home.env.KUBEMU_HOME as string, 'kuberc')}: no kind "Pod" is registered for version "v1"\n`,
    ]);
  });
  const wrong: [string[], string][] = [
    [['--section=x'], '--section must be "defaults", "aliases", or "credentialplugin", got: x'],
    [['--section=aliases', '--command=get'], '--name is required when --section=aliases'],
    [['--section=defaults', '--command=get', '--name=a'], '--name should not be specified when --section=defaults'],
    [['--section=defaults', '--command=get', '--appendarg=a'], '--prependarg and --appendarg are only valid for --section=aliases'],
    [['--section=defaults'], '--command is required when --section=aliases or --section=defaults'],
    [['--section=credentialplugin'], '--policy is required when --section=credentialplugin'],
    [['--section=defaults', '--command=get', '--option=x'], 'invalid option format "x", expected flag=value'],
  ];
  test.each(wrong)('%j', async (words, problem) => {
    expect((await run(['kuberc', 'set', ...words])).stderr).toBe(`error: ${problem}\n`);
  });
});
