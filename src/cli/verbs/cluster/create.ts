// kubemu cluster create
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, localContext } from '../config/edit.ts';
import { checkClusterName, DEFAULT_NAME, knownClusters, newStateFile, register } from './clusters.ts';
import { ADDON_NAMES, namesOf, specFromFlags } from './spec.ts';

export const create = defineVerb({
  short: 'Make a cluster and its context',
  long: 'Makes a cluster, adds a context for it to the kubeconfig and makes that context current. Without flags it has a control plane and two workers.',
  examples: [
    { about: 'A cluster named exam with three workers', command: 'kubemu cluster create exam --workers=3' },
    { about: 'Nodes by name; the first is the control plane', command: 'kubemu cluster create lab --nodes=cp,worker-a,worker-b' },
    {
      about: 'A large node, and one whose kubelet is older',
      command: 'kubemu cluster create lab --size=node01=8:32Gi --kubelet-version=node02=v1.35.3',
    },
    { about: 'As many nodes as Kubernetes supports', command: 'kubemu cluster create large --nodes=5000' },
    { about: 'Nodes that wait for a network plugin', command: 'kubemu cluster create bare --no-cni' },
    { about: 'A cluster for scripts: no waiting, the same every time', command: 'kubemu cluster create ci --clock=max --seed=1' },
  ],
  flags: {
    addons: `What to install: some of ${ADDON_NAMES.join(', ')}; or none.`,
    clock: 'How time passes: real, or max, where nothing waits.',
    cpu: 'Processors of each node.',
    'kubelet-version': 'What the kubelets say they are: v1.35.2 for all, node01=v1.34.1 for one; several with commas.',
    memory: 'Memory of each node.',
    name: 'Name of the cluster; may be given as argument.',
    'no-cni': 'Install no network plugin, so that nodes stay NotReady until somebody does.',
    nodes: 'Names of the nodes, or how many.',
    size: 'Processors and memory of one node, such as node01=4:8Gi; several with commas.',
    seed: 'Any text; fixes everything random, names included.',
    workers: 'How many nodes beside the control plane.',
  },
  async run(context) {
    const { args, flags } = context;
    const [given, ...rest] = args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const name = given ?? (flags.string('name') || DEFAULT_NAME);
    checkClusterName(name);
    const local = localContext(context);
    const stateFile = newStateFile(local, name);
    const known = knownClusters(await local.kubeconfig(), context.cwd).find((one) => one.name === name);
    if (known && known.stateFile !== stateFile)
      throw new KubectlError(`there is a cluster named ${JSON.stringify(name)} already, in ${known.stateFile}`);
    const spec = await specFromFlags(context, name);
    const { createCluster } = await import('../../../cluster/clusters.ts');
    try {
      await createCluster(stateFile, spec);
    } catch (error) {
      throw new KubectlError((error as Error).message);
    }
    await editConfig(context, (config) => register(config, name, stateFile));
    context.out(`Cluster "${name}" created: ${namesOf(spec.nodes)}.`);
    context.out(`State: ${stateFile}`);
    return 0;
  },
});
