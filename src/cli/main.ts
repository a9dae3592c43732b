// One command line from argv to exit code: find the verb, parse its flags, run it, make its changes durable, then show what it said.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kubemuHome } from '../client/kubeconfig.ts';
import { createContext } from './context.ts';
import { showError } from './errors.ts';
import { type CommandLine, parseCommandLine } from './flags/parse.ts';
import { childPath } from './flags/surface.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { KubectlError } from './verb.ts';
import { findVerb, headingsOf } from './verbs/index.ts';

export { processIo } from './io.ts';

export async function main(typed: readonly string[], io: Io): Promise<number> {
  const output = new Output(io);
  let path = '';
  const help = async (path: string): Promise<string> => {
    const { helpText } = await import('./help/show.ts');
    return helpText(io.program, path, headingsOf(io.program), (one) => findVerb(io.program, one));
  };
  const fail = (error: unknown): number => {
    const shown = showError(error, io.program, path, Boolean(io.env.KUBEMU_DEBUG));
    io.stderr(shown.text);
    return shown.exitCode;
  };
  let argv = typed;
  if (argv[0] === '__complete') {
    const { complete } = await import('./complete.ts');
    const make = (before: readonly string[]) => createContext(parseCommandLine(io.program, before), io, output, help);
    // Whatever goes wrong, a Tab only completes nothing.
    const found = await complete(io.program, argv.slice(1), (one) => findVerb(io.program, one) !== undefined, make).catch(() => []);
    io.stdout(found.map((word) => `${word}\n`).join(''));
    return 0;
  }
  try {
    if (mayHavePreferences(argv, io)) {
      const { withPreferences } = await import('./kuberc/apply.ts');
      argv = await withPreferences(io.program, argv, { env: io.env, cwd: io.cwd, warn: (line) => io.stderr(`${line}\n`) });
    }
    // A first word that is no command may be a plugin's.
    if (argv[0] !== undefined && !argv[0].startsWith('-') && childPath(io.program, '', argv[0]) === undefined) {
      const { findPlugin, runPlugin } = await import('./plugins.ts');
      const plugin = findPlugin(argv, io.env);
      if (plugin) return runPlugin(plugin, io.env, io.cwd);
    }
    const line = parseCommandLine(io.program, argv);
    path = line.path;
    if (line.help || path === '') {
      const { showHelp } = await import('./help/show.ts');
      return await showHelp(line, io, help);
    }
    for (const notice of line.notices) output.err(`${notice}\n`);
    checkRequired(line.facts, (name) => line.flags.given(name));
    checkGlobals(line);
    const load = findVerb(io.program, path);
    if (!load) throw new KubectlError(`kubemu does not have "${path}" yet`);
    const verb = await load();
    const running = await createContext(line, io, output, help);
    let exitCode: number | undefined;
    try {
      exitCode = (await verb.run(running.context)) ?? 0;
    } catch (error) {
      // What happened before the error stays, and so does what was said about it.
      await running.finish();
      throw error;
    }
    await running.finish();
    return exitCode;
  } catch (error) {
    output.discard();
    return fail(error);
  }
}

/** Most people have no kuberc: then nothing is loaded for it. The commands about it see what was typed. */
function mayHavePreferences(argv: readonly string[], { env }: Io): boolean {
  if (argv[0] === 'kuberc') return false;
  return Boolean(env.KUBERC) || argv.some((word) => word.startsWith('--kuberc')) || existsSync(join(kubemuHome(env), 'kuberc'));
}

function checkRequired(facts: readonly { name: string; required: boolean }[], given: (name: string) => boolean): void {
  const missing = facts.filter(({ name, required }) => required && !given(name)).map(({ name }) => `"${name}"`);
  if (missing.length > 0) throw new KubectlError(`required flag(s) ${missing.join(', ')} not set`);
}

const profiles = ['none', 'cpu', 'heap', 'goroutine', 'threadcreate', 'block', 'mutex', 'trace'];

function checkGlobals({ flags, path }: CommandLine): void {
  // debug has a --profile of its own.
  if (path !== 'debug' && flags.given('profile') && flags.string('profile') !== '' && !profiles.includes(flags.string('profile')))
    throw new KubectlError(`unknown profile '${flags.string('profile')}'`);
  const validate = flags.given('validate') ? flags.string('validate') : 'strict';
  if (!['strict', 'true', 'warn', 'ignore', 'false'].includes(validate.toLowerCase())) {
    throw new KubectlError(`invalid - validate option "${validate}"; must be one of: strict (or true), warn, ignore (or false)`);
  }
}
