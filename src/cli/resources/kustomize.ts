// `-k`: a folder with a kustomization, built, as one manifest.
import type { VerbContext } from '../verb.ts';
import { KubectlError } from '../verb.ts';

export async function builtFrom(context: Pick<VerbContext, 'cwd' | 'err'>, folder: string, anywhere = false): Promise<object[]> {
  const [{ buildKustomization }, { KustomizeError }] = await Promise.all([import('../kustomize/build.ts'), import('../kustomize/fail.ts')]);
  try {
    return await buildKustomization(folder, { cwd: context.cwd, anywhere, warn: (line) => context.err(line) });
  } catch (error) {
    if (error instanceof KustomizeError) throw new KubectlError(error.message);
    throw error;
  }
}
