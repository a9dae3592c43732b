// `apply set-last-applied`: writes what a file holds into the annotation that apply reads, and changes nothing else.
import { dryRunOf } from '../../dry-run.ts';
import { eachTarget } from '../../each-target.ts';
import { LAST_APPLIED, lastAppliedText } from '../../last-applied.ts';
import { resultPrinter } from '../../print-result.ts';
import { missingResource } from '../../resources/arguments.ts';
import { type Draft, getObject, patchObject } from '../../rest.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const setLastApplied = defineVerb({
  short: 'Set what was applied last',
  examples: [{ about: 'To what a file holds', command: 'kubectl apply set-last-applied -f deployment.yaml' }],
  flags: { 'create-annotation': 'Make the annotation where there is none.' },
  async run(context) {
    const { flags } = context;
    const dryRun = dryRunOf(context);
    if (flags.list('filename').length === 0) throw missingResource();
    const print = await resultPrinter(context, { dryRun });
    await eachTarget(context, { files: true, enforceNamespace: true }, async ({ mapping, namespace, name, object }) => {
      const live = await getObject(context, mapping, namespace, name);
      const text = lastAppliedText(object as unknown as Draft);
      const old = live.metadata.annotations?.[LAST_APPLIED];
      if (old === undefined && !flags.bool('create-annotation')) {
        throw new KubectlError(
          `no last-applied-configuration annotation found on resource: ${name}, to create the annotation, run the command with --create-annotation`,
        );
      }
      if (old?.trim() === text.trim()) {
        context.out(`set-last-applied ${name}: no changes required.`);
        return;
      }
      const patch = { metadata: { annotations: { [LAST_APPLIED]: text } } };
      const options = { dryRunServer: dryRun === 'server' };
      await print(
        mapping,
        dryRun === 'client' ? live : await patchObject(context, mapping, namespace, name, 'merge', patch, options),
        'configured',
      );
    });
    return 0;
  },
});
