// kubectl config current-context
import { defineVerb, KubectlError } from '../../verb.ts';
import { readConfig } from './edit.ts';

export const currentContext = defineVerb({
  short: 'Show the name of the current context',
  examples: [{ about: 'Which context is in force', command: 'kubectl config current-context' }],
  async run(context) {
    const config = await readConfig(context);
    if (!config.currentContext) throw new KubectlError('current-context is not set');
    context.out(config.currentContext);
    return 0;
  },
});
