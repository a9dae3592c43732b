// `create quota`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { resourceList } from '../../resource-list.ts';
import { defineVerb } from '../../verb.ts';

export const createQuota = defineVerb({
  short: 'Make a resource quota',
  examples: [{ about: 'At most ten Pods and four CPUs', command: 'kubectl create quota team --hard=pods=10,requests.cpu=4' }],
  flags: { hard: 'Limits: resource=value, separated by commas.', scopes: 'Scopes that the quota counts, separated by commas.' },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const hard = resourceList(flags.string('hard'));
    const scopes = flags.string('scopes') ? flags.string('scopes').split(',') : undefined;
    const draft = {
      kind: 'ResourceQuota',
      apiVersion: 'v1',
      metadata: { name },
      spec: { ...(hard ? { hard } : {}), ...(scopes ? { scopes } : {}) },
      status: {},
    };
    await createFromFlags(context, draft, { failure: 'failed to create resourcequota: ' });
    return 0;
  },
});
