// `rollout status`: says how far a rollout is, until it is done.
import { A_WEEK, pollUntil } from '../../poll.ts';
import { getObject } from '../../rest.ts';
import { rolloutState } from '../../rollout-state.ts';
import { eachRollout } from '../../rollout-targets.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const rolloutStatus = defineVerb({
  short: 'Follow a rollout until it is done',
  examples: [{ about: 'Of a deployment', command: 'kubectl rollout status deployment/web' }],
  flags: {
    watch: 'Wait until the rollout is done.',
    revision: 'Only this revision; 0 is the newest.',
    timeout: 'How long to wait; 0 waits as long as it takes.',
  },
  async run(context) {
    const { flags } = context;
    const revision = flags.int('revision');
    if (revision < 0) throw new KubectlError(`revision must be a positive integer: ${revision}`);
    const timeout = flags.duration('timeout') || A_WEEK;
    await eachRollout(context, 'status', async (info) => {
      let said = '';
      const done = await pollUntil(context, flags.bool('watch') ? timeout : 0, async () => {
        const state = rolloutState(await getObject(context, info.mapping, info.namespace, info.name), revision);
        if (state.text !== said) context.out(state.text);
        said = state.text;
        return state.done;
      });
      if (!done && flags.bool('watch')) throw new KubectlError('timed out waiting for the condition');
    });
    return 0;
  },
});
