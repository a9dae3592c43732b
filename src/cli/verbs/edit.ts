// `edit`: objects as YAML in the user's editor, and what was changed there sent as a patch.
import { jsonEqual } from '../../machinery/equal.ts';
import { StatusError } from '../../machinery/status.ts';
import { recorded } from '../change-cause.ts';
import { fieldValidationOf } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { EDIT_HEADER as HEADER, isEmptyEdit, startEditing } from '../editor.ts';
import { isBuiltIn } from '../last-applied.ts';
import { resultPrinter } from '../print-result.ts';
import type { Info } from '../resources/builder.ts';
import { getObject, patchObject } from '../rest.ts';
import { mergeDiff, twoWayStrategicPatch } from '../strategic-diff.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const edit = defineVerb({
  short: 'Change a resource in an editor',
  long: 'The editor is $KUBE_EDITOR, else $EDITOR, else vi.',
  examples: [{ about: 'A deployment', command: 'kubectl edit deployment/web' }],
  flags: { 'output-patch': 'Show the patch too.', subresource: 'The subresource to edit.' },
  async run(context) {
    const output = context.flags.string('output');
    if (output && !['json', 'yaml', 'kyaml'].includes(output))
      throw new KubectlError(
        `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json,kyaml,yaml`,
      );
    const print = await resultPrinter(context);
    const options = {
      files: true,
      args: context.args,
      labelSelector: context.flags.string('selector'),
      fetch: true,
      enforceNamespace: true,
    };
    let cancelled = false;
    await eachTarget(context, options, async (info) => {
      const object = info.source ? await getObject(context, info.mapping, info.namespace, info.name) : info.object;
      const outcome = await editOne(context, { ...info, object });
      if (outcome.result) await print(info.mapping, outcome.result, 'edited');
      else if (outcome.failed) cancelled = true;
    });
    return cancelled ? 1 : 0;
  },
});

interface Outcome {
  result?: object;
  failed?: boolean;
}

async function editOne(context: VerbContext, info: Info): Promise<Outcome> {
  const { writeYaml } = await import('../../machinery/yaml-write.ts');
  const { parse } = await import('yaml');
  const { managedFields: _, ...metadata } = info.object?.metadata ?? ({} as NonNullable<Info['object']>['metadata']);
  const original = { ...info.object, metadata } as unknown as Record<string, unknown>;
  const editing = await startEditing(context, `${info.mapping.resource}-${info.name}.yaml`);
  let text = HEADER + writeYaml(original);
  try {
    for (;;) {
      const edited = editing.edit(text);
      if (edited === text) {
        context.err(text.startsWith(HEADER) ? 'Edit cancelled, no changes made.' : 'Edit cancelled, no valid changes were saved.');
        return { failed: !text.startsWith(HEADER) };
      }
      if (isEmptyEdit(edited)) {
        context.err('Edit cancelled, saved file was empty.');
        return { failed: false };
      }
      const problem = await (async (): Promise<Outcome | string> => {
        try {
          const wanted = parse(edited, { version: '1.1' }) as Record<string, unknown>;
          if (jsonEqual(wanted, original)) {
            context.err('Edit cancelled, no changes made.');
            return {};
          }
          return { result: await send(context, info, original, withCause(context, wanted)) };
        } catch (error) {
          if (error instanceof StatusError || (error instanceof Error && error.name.startsWith('YAML'))) return error.message;
          throw error;
        }
      })();
      if (typeof problem !== 'string') return problem;
      text = `${problem
        .split('\n')
        .map((line) => `# ${line}`)
        .join('\n')}\n#\n${edited.replace(/^(#.*\n)*/, '')}`;
    }
  } finally {
    editing.end();
  }
}

/** `--record`. */
function withCause(context: VerbContext, object: Record<string, unknown>): Record<string, unknown> {
  return recorded(context, object as { metadata: { annotations?: Record<string, string> } });
}

async function send(context: VerbContext, info: Info, before: Record<string, unknown>, after: Record<string, unknown>): Promise<object> {
  const strategic = isBuiltIn(info.mapping);
  const patch = strategic ? twoWayStrategicPatch(info.mapping.kind, before, after) : mergeDiff(before, after);
  if (context.flags.bool('output-patch')) context.out(`Patch: ${JSON.stringify(patch)}`);
  return patchObject(context, info.mapping, info.namespace, info.name, strategic ? 'strategic' : 'merge', patch, {
    fieldManager: context.flags.string('field-manager'),
    fieldValidation: fieldValidationOf(context),
    subresource: context.flags.string('subresource') || undefined,
  });
}
