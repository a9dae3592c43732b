// `create clusterrole`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { rulesFor, verbsOf } from './rbac-rules.ts';

export const createClusterRole = defineVerb({
  short: 'Make a cluster role',
  examples: [
    { about: 'Read nodes', command: 'kubectl create clusterrole node-reader --verb=get,list --resource=nodes' },
    { about: 'Read a path of the server', command: 'kubectl create clusterrole logs --verb=get --non-resource-url=/logs/*' },
  ],
  flags: {
    verb: 'What may be done.',
    resource: 'To which resources.',
    'resource-name': 'Only to the objects of this name. May be repeated.',
    'non-resource-url': 'To which paths of the server.',
    'aggregation-rule': 'Labels of the roles whose rules this role collects.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const labels = flags.map('aggregation-rule');
    const verbs = verbsOf(context);
    const paths = flags.list('non-resource-url');
    const resources = flags.list('resource');
    const base = { kind: 'ClusterRole', apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name } };
    if (Object.keys(labels).length > 0) {
      if (verbs.length + paths.length + resources.length + flags.list('resource-name').length > 0) {
        throw new KubectlError('aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames');
      }
      const draft = { ...base, rules: null, aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] } };
      await createFromFlags(context, draft, { namespaced: false });
      return 0;
    }
    if (verbs.length === 0) throw new KubectlError('at least one verb must be specified');
    if (resources.length === 0 && paths.length === 0) throw new KubectlError('one of resource or nonResourceURL must be specified');
    for (const path of paths) {
      if (path !== '*' && !path.startsWith('/')) throw new KubectlError('nonResourceURL should start with /');
    }
    const rules = [...(await rulesFor(context)), ...(paths.length > 0 ? [{ verbs, nonResourceURLs: [...paths] }] : [])];
    await createFromFlags(context, { ...base, rules }, { namespaced: false });
    return 0;
  },
});
