// `set serviceaccount`.
import { podSpecOf } from '../../pod-spec-of.ts';
import { setOn } from '../../set-resources.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const setServiceAccount = defineVerb({
  short: 'Change the service account of a workload',
  examples: [{ about: 'Of a deployment', command: 'kubectl set serviceaccount deployment web robot' }],
  async run(context) {
    const account = context.args.at(-1);
    if (account === undefined) throw new KubectlError('serviceaccount is required');
    return setOn(context, {
      resources: context.args.slice(0, -1),
      operation: 'serviceaccount updated',
      printUnchanged: true,
      change(draft) {
        const spec = podSpecOf(draft);
        spec.serviceAccountName = account;
        // The old name of the field would win on the server.
        if (spec.serviceAccount !== undefined) spec.serviceAccount = account;
      },
    });
  },
});
