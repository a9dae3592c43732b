// A command that only groups others: alone it shows its help, with a word it does not know it complains.
import type { LocalContext } from '../context.ts';
import { KubectlError, type Verb } from '../verb.ts';
import type { LoadVerb } from './registration.ts';

/** kubectl is not consistent about the stream and the exit code of a bare group. */
const bare: Readonly<Record<string, { stream: 'out' | 'err'; exitCode: number }>> = {
  rollout: { stream: 'out', exitCode: 1 },
  certificate: { stream: 'out', exitCode: 0 },
};

export const group =
  (short: string, rest: Pick<Verb, 'long' | 'examples'> = {}): LoadVerb =>
  async () => ({
    short,
    ...rest,
    async run(context) {
      const { stream, exitCode } = bare[context.command] ?? { stream: 'err', exitCode: 1 };
      const [word] = context.args;
      if (word !== undefined && exitCode !== 0) throw new KubectlError(`unknown command "${word}"`, { usage: true });
      const text = await (context as LocalContext).help(context.command);
      context[stream](text.replace(/\n$/, ''));
      return exitCode;
    },
  });
