// What the `config` verbs share: the files in force, a change to them, and the usage that some print on stdout before they complain.
import { copyConfig, defaultFile, type Kubeconfig, saveKubeconfig } from '../../../client/kubeconfig.ts';
import type { LocalContext } from '../../context.ts';
import { KubectlError, type VerbContext } from '../../verb.ts';

/** Every context is one; only these verbs and those about clusters look at this side of it. */
export const localContext = (context: VerbContext): LocalContext => context as LocalContext;

/** The file that messages name. */
export const shownFile = (context: VerbContext): string => defaultFile(localContext(context).configFiles);

export const readConfig = (context: VerbContext): Promise<Kubeconfig> => localContext(context).kubeconfig();

/** Changes the kubeconfig and writes the files that it touches. */
export async function editConfig<T>(context: VerbContext, change: (config: Kubeconfig) => T): Promise<T> {
  const before = await readConfig(context);
  const after = copyConfig(before);
  const result = change(after);
  await saveKubeconfig(before, after, localContext(context).configFiles);
  return result;
}

/** kubectl shows the command's help on stdout, then complains. */
export async function usageThenError(context: VerbContext, message: string): Promise<never> {
  await showUsage(context);
  throw new KubectlError(message);
}

export async function showUsage(context: VerbContext): Promise<void> {
  context.write(await localContext(context).help(context.command));
}

/** `[a b]`: Go prints a list of words so. */
export const goList = (words: readonly string[]): string => `[${words.join(' ')}]`;

/** A new stanza goes to the default file: the empty name stands for it until it is written. */
export const newStanza = <T>(value: T): { value: T; file: string } => ({ value, file: '' });
