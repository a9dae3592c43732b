// `apply edit-last-applied`: what was applied last, in the user's editor.
import { jsonEqual } from '../../../machinery/equal.ts';
import { eachTarget } from '../../each-target.ts';
import { EDIT_HEADER, isEmptyEdit, startEditing } from '../../editor.ts';
import { LAST_APPLIED, lastAppliedText } from '../../last-applied.ts';
import { resultPrinter } from '../../print-result.ts';
import { missingResource } from '../../resources/arguments.ts';
import { type Draft, getObject, patchObject } from '../../rest.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const editLastApplied = defineVerb({
  short: 'Edit what was applied last',
  examples: [{ about: 'Of a deployment', command: 'kubectl apply edit-last-applied deployment/web' }],
  async run(context) {
    const { flags, args } = context;
    if (args.length === 0 && flags.list('filename').length === 0 && !flags.string('kustomize')) throw missingResource();
    const print = await resultPrinter(context);
    const { writeYaml } = await import('../../../machinery/yaml-write.ts');
    const { readYaml } = await import('../../../machinery/yaml-full.ts');
    await eachTarget(context, { files: true, args, fetch: true, enforceNamespace: true }, async ({ mapping, namespace, name }) => {
      const live = await getObject(context, mapping, namespace, name);
      const old = live.metadata.annotations?.[LAST_APPLIED];
      if (old === undefined) throw new KubectlError(`no last-applied-configuration annotation found on resource: ${name}`);
      const before = JSON.parse(old) as Draft;
      const text = EDIT_HEADER + writeYaml(before);
      const editing = await startEditing(context, `${mapping.resource}-${name}.yaml`);
      let edited: string;
      try {
        edited = editing.edit(text);
      } finally {
        editing.end();
      }
      if (isEmptyEdit(edited)) return context.err('Edit cancelled, saved file was empty.');
      const after = readYaml(edited)[0] as Draft;
      if (edited === text || jsonEqual(before, after)) return context.err('Edit cancelled, no changes made.');
      const patch = { metadata: { annotations: { [LAST_APPLIED]: lastAppliedText(after) } } };
      const options = { fieldManager: flags.string('field-manager') };
      await print(mapping, await patchObject(context, mapping, namespace, name, 'merge', patch, options), 'edited');
    });
    return 0;
  },
});
