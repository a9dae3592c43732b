// `create role`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { rulesFor, verbsOf } from './rbac-rules.ts';

export const createRole = defineVerb({
  short: 'Make a role with one rule for each API group',
  examples: [{ about: 'Read Pods', command: 'kubectl create role pod-reader --verb=get,list,watch --resource=pods' }],
  flags: {
    verb: 'What may be done.',
    resource: 'To which resources.',
    'resource-name': 'Only to the objects of this name. May be repeated.',
  },
  async run(context) {
    const name = nameArgument(context);
    if (verbsOf(context).length === 0) throw new KubectlError('at least one verb must be specified');
    if (context.flags.list('resource').length === 0) throw new KubectlError('at least one resource must be specified');
    const rules = await rulesFor(context);
    await createFromFlags(context, { kind: 'Role', apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name }, rules });
    return 0;
  },
});
