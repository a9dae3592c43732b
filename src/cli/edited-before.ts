// `create --edit`: an object in the user's editor before it exists.
import { jsonEqual } from '../machinery/equal.ts';
import type { Info } from './resources/builder.ts';
import type { Draft } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** The object as it was saved; undefined when nothing was changed, and then nothing is created. */
export async function editedBefore(context: VerbContext, { mapping, name, object }: Info): Promise<Draft | undefined> {
  const { EDIT_HEADER, isEmptyEdit, startEditing } = await import('./editor.ts');
  const { writeYaml } = await import('../machinery/yaml-write.ts');
  const { readYaml } = await import('../machinery/yaml-full.ts');
  const text = EDIT_HEADER + writeYaml(object);
  const editing = await startEditing(context, `${mapping.resource}-${name}.yaml`);
  try {
    const edited = editing.edit(text);
    if (isEmptyEdit(edited)) {
      context.err('Edit cancelled, saved file was empty.');
      return undefined;
    }
    const wanted = readYaml(edited)[0] as Draft;
    if (edited !== text && !jsonEqual(wanted, object)) return wanted;
    context.err('Edit cancelled, no changes made.');
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('YAML'))
      throw new KubectlError(`The edited file has a syntax error: ${error.message}`);
    throw error;
  } finally {
    editing.end();
  }
}
