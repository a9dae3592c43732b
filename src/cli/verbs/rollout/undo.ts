// `rollout undo`: an older template again.

import { jsonEqual } from '../../../machinery/equal.ts';
import { Description } from '../../describers/description.ts';
import { describePodTemplate } from '../../describers/pod-template.ts';
import { dryRunOf, dryRunSuffix } from '../../dry-run.ts';
import { LAST_APPLIED } from '../../last-applied.ts';
import { resultPrinter } from '../../print-result.ts';
import { nameOf } from '../../resources/mapper.ts';
import { patchObject } from '../../rest.ts';
import { type Revision, revisionsOf } from '../../rollout-revisions.ts';
import { eachRollout } from '../../rollout-targets.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const rolloutUndo = defineVerb({
  short: 'Go back to an older revision',
  examples: [
    { about: 'To the one before', command: 'kubectl rollout undo deployment/web' },
    { about: 'To a certain one', command: 'kubectl rollout undo deployment/web --to-revision=3' },
  ],
  flags: { 'to-revision': 'The revision; 0 is the one before the newest.' },
  async run(context) {
    const dryRun = dryRunOf(context);
    const wanted = context.flags.int('to-revision');
    const print = await resultPrinter(context, { dryRun });
    await eachRollout(context, 'undo', async (info) => {
      const { spec } = info.object as { spec?: { paused?: boolean; template?: object } };
      const target = chosen(await revisionsOf(context, info), wanted, `${info.mapping.singular} ${JSON.stringify(info.name)}`);
      if (spec?.paused)
        throw new KubectlError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
      const title = `${nameOf(info.mapping)}/${info.name}`;
      if (info.object.metadata.annotations?.[LAST_APPLIED] !== undefined) {
        context.err(
          `Warning: resource ${title} was previously managed with 'kubectl apply'. Rolling back will not update the ${LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.`,
        );
      }
      const template = withoutHash(target);
      if (dryRun === 'client') {
        const out = new Description();
        describePodTemplate(out, target.template);
        context.write(`${title} ${out.unaligned().replace(/\n$/, '')} ${dryRunSuffix(dryRun).trim()}\n`);
        return;
      }
      if (jsonEqual(template, spec?.template)) {
        context.out(`${title} skipped rollback (current template already matches revision ${target.number})`);
        return;
      }
      const patch = [{ op: 'replace', path: '/spec/template', value: template }];
      const result = await patchObject(context, info.mapping, info.namespace, info.name, 'json', patch, {
        dryRunServer: dryRun === 'server',
        fieldManager: 'kubectl-rollout',
      });
      await print(info.mapping, result, 'rolled back');
    });
    return 0;
  },
});

function chosen(revisions: readonly Revision[], wanted: number, whose: string): Revision {
  if (wanted > 0) {
    const found = revisions.find(({ number }) => number === wanted);
    if (!found) throw new KubectlError(`unable to find specified revision ${wanted} in history`);
    return found;
  }
  const before = revisions.at(-2);
  if (!before) throw new KubectlError(`no rollout history found for ${whose}`);
  return before;
}

function withoutHash({ template }: Revision): object {
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {};
  const { 'kubernetes.io/change-cause': _cause, ...annotations } = template.metadata?.annotations ?? {};
  const { annotations: _old, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}), labels } };
}
