// kubemu cluster fill
import { defineVerb, KubectlError } from '../../verb.ts';
import { said, stateFileOf } from './state-file.ts';

export const fill = defineVerb({
  short: 'Fill the cluster with running Pods, to see how things are in a large one',
  long: "Fills the cluster with Deployments whose Pods run, each with a Service, in namespaces fill-001 and so on. The first Deployment comes up as always, through scheduler, kubelets and controllers; the others are its copies, with names and addresses of their own, spread over the workers in turn. Copies have no Events, and the cluster's history begins anew.",
  examples: [
    { about: 'A thousand Pods', command: 'kubemu cluster fill --pods 1000' },
    { about: 'Ten thousand Pods in a hundred namespaces', command: 'kubemu cluster fill --pods 10000 --namespaces 100' },
  ],
  flags: {
    namespaces: 'How many namespaces; one for every hundred Pods when it is not given.',
    'per-deployment': 'How many Pods of each Deployment.',
    pods: 'How many Pods.',
  },
  async run(context) {
    const { args, flags } = context;
    if (args.length > 0) throw new KubectlError(`unexpected arguments: [${args.join(' ')}]`, { usage: true });
    const pods = between('--pods', flags.int('pods'), 1, 150_000);
    const perDeployment = between('--per-deployment', flags.int('per-deployment'), 1, 100);
    const namespaces = flags.given('namespaces') ? between('--namespaces', flags.int('namespaces'), 1, 10_000) : Math.ceil(pods / 100);
    const stateFile = await stateFileOf(context);
    const [{ fillCluster }, { specFromEnv }] = await Promise.all([
      import('../../../cluster/fill.ts'),
      import('../../../cluster/clusters.ts'),
    ]);
    const filled = await said(() => fillCluster(stateFile, { pods, namespaces, perDeployment }, specFromEnv(context.env)));
    const [first] = filled.namespaces;
    const last = filled.namespaces.at(-1);
    const where = first === last ? `namespace ${first}` : `namespaces ${first} to ${last}`;
    context.out(`${filled.pods} Pods of ${filled.deployments} Deployments run in ${where}.`);
    return 0;
  },
});

function between(flag: string, value: number, least: number, most: number): number {
  if (value < least || value > most) throw new KubectlError(`${flag} must be between ${least} and ${most}, not ${value}`);
  return value;
}
