// `rollout history`.
import { Description } from '../../describers/description.ts';
import { describePodTemplate } from '../../describers/pod-template.ts';
import { alignTabs } from '../../describers/tab-writer.ts';
import { printerFor } from '../../printers/index.ts';
import { nameOf } from '../../resources/mapper.ts';
import { revisionsOf } from '../../rollout-revisions.ts';
import { eachRollout } from '../../rollout-targets.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const rolloutHistory = defineVerb({
  short: 'Show the revisions of a workload',
  examples: [
    { about: 'All', command: 'kubectl rollout history deployment/web' },
    { about: 'The template of one', command: 'kubectl rollout history deployment/web --revision=2' },
  ],
  flags: { revision: 'Show the template of this revision.' },
  async run(context) {
    const { flags } = context;
    const wanted = flags.int('revision');
    if (wanted < 0) throw new KubectlError(`revision must be a positive integer: ${wanted}`);
    const printer = flags.string('output') ? await printerFor(context, {}) : undefined;
    await eachRollout(context, 'history', async (info) => {
      const revisions = await revisionsOf(context, info);
      const one = revisions.find(({ number }) => number === wanted);
      if (wanted > 0 && !one) throw new KubectlError('unable to find the specified revision');
      if (printer) {
        for (const { template } of one ? [one] : revisions)
          printer.print({ ...info.object, spec: { ...(info.object.spec as object), template } });
        return;
      }
      const title = `${nameOf(info.mapping)}/${info.name}`;
      if (one) {
        const out = new Description();
        describePodTemplate(out, one.template);
        context.write(`${title} with revision #${wanted}\n${out.unaligned()}\n`);
        return;
      }
      const rows = revisions.map(({ number, cause }) => `${number}\t${cause}\n`).join('');
      context.write(`${title} \n${alignTabs(`REVISION\tCHANGE-CAUSE\n${rows}`)}\n`);
    });
    return 0;
  },
});
