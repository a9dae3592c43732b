// `create -f`: objects from files. The generators are in create/.
import { recorded } from '../change-cause.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { editedBefore } from '../edited-before.ts';
import { withLastApplied } from '../last-applied.ts';
import { resultPrinter } from '../print-result.ts';
import { rawWrite } from '../raw-write.ts';
import { createObject, type Draft } from '../rest.ts';
import { withSource } from '../source-error.ts';
import { defineVerb, KubectlError } from '../verb.ts';

export const create = defineVerb({
  short: 'Make resources from files, standard input or flags',
  examples: [
    { about: 'What a file describes', command: 'kubectl create -f pod.yaml' },
    { about: 'From standard input', command: 'cat pod.yaml | kubectl create -f -' },
  ],
  flags: {
    edit: 'Edit the objects before they are created.',
    raw: 'Send the file to this path of the server.',
    'save-config': 'Keep the object in the annotation that apply reads.',
  },
  async run(context) {
    const { flags } = context;
    if (flags.string('raw') && flags.bool('edit')) throw new KubectlError('--raw and --edit are mutually exclusive');
    if (flags.list('filename').length === 0 && !flags.string('kustomize')) {
      if (context.args.length > 0) throw new KubectlError(`Unexpected args: [${context.args.join(' ')}]`, { usage: true });
      throw new KubectlError('must specify one of -f and -k');
    }
    if (context.args.length > 0) throw new KubectlError(`Unexpected args: [${context.args.join(' ')}]`, { usage: true });
    if (flags.string('raw')) return rawWrite(context, 'POST');
    const dryRun = dryRunOf(context);
    const print = await resultPrinter(context, { dryRun });
    const write = writeOptions(context, dryRun, { validate: true });
    const options = {
      files: true,
      labelSelector: flags.string('selector'),
      enforceNamespace: true,
      local: dryRun === 'client',
      validated: write.fieldValidation !== 'Ignore',
    };
    const count = await eachTarget(context, options, async (info) => {
      const wanted = flags.bool('edit') ? await editedBefore(context, info) : (info.object as unknown as Draft);
      if (!wanted) return;
      const given = recorded(context, wanted);
      const draft = flags.bool('save-config') ? withLastApplied(given) : given;
      try {
        const result = dryRun === 'client' ? draft : await createObject(context, info.mapping, info.namespace, draft, write);
        await print(info.mapping, result, 'created');
      } catch (error) {
        throw withSource('creating', info.source, error);
      }
    });
    if (count === 0) throw new KubectlError('no objects passed to create');
    return 0;
  },
});
