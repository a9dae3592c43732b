// kubemu env: what a shell needs to call kubectl, k and the others by their names.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineVerb, KubectlError } from '../verb.ts';

const shells = ['bash', 'zsh', 'sh', 'fish'];

export const env = defineVerb({
  short: 'Print what puts kubectl and k first on the PATH of a shell',
  long: 'Prints commands for the shell that put kubemu\'s kubectl, k and the other tools first on its PATH. Nothing else changes, and only in that shell:\n\n  eval "$(kubemu env)"',
  examples: [
    { about: 'In bash, zsh and sh', command: 'eval "$(kubemu env)"' },
    { about: 'In fish', command: 'kubemu env --shell=fish | source' },
  ],
  flags: { shell: `The shell to write for: ${shells.join(', ')}. Taken from $SHELL when not given.` },
  async run({ args, flags, env: variables, out }) {
    if (args.length > 0) throw new KubectlError(`unexpected arguments: [${args.join(' ')}]`, { usage: true });
    const given = flags.string('shell');
    if (given !== '' && !shells.includes(given))
      throw new KubectlError(`--shell must be one of ${shells.join(', ')}, not ${JSON.stringify(given)}`);
    const isFish = (given || (variables.SHELL ?? '')).endsWith('fish');
    const shims = quoted(shimFolder());
    out(isFish ? `set -gx PATH ${shims} $PATH` : `export PATH=${shims}:"$PATH"`);
    for (const name of ['KUBEMU_HOME', 'KUBEMU_STATE']) {
      const value = variables[name];
      if (value) out(isFish ? `set -gx ${name} ${quoted(value)}` : `export ${name}=${quoted(value)}`);
    }
    out(isFish ? '# kubemu env --shell=fish | source' : '# eval "$(kubemu env)"');
    return 0;
  },
});

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** bin/shims, seen from the bundle in dist/ or from the source. */
function shimFolder(): string {
  for (const up of ['../', '../../', '../../../']) {
    const path = fileURLToPath(new URL(`${up}bin/shims`, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new KubectlError('bin/shims is missing from this installation');
}
