// `cluster-info dump`: nodes, and of some namespaces everything that helps to see what is wrong, logs too.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { V1Pod } from '../../../api/generated/types.ts';
import { messageOf } from '../../errors.ts';
import { printerFor } from '../../printers/index.ts';
import { readLog } from '../../read-log.ts';
import { send } from '../../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../verb.ts';

const OF_A_NAMESPACE = [
  ['events', '/api/v1', 'events'],
  ['replication-controllers', '/api/v1', 'replicationcontrollers'],
  ['services', '/api/v1', 'services'],
  ['daemonsets', '/apis/apps/v1', 'daemonsets'],
  ['deployments', '/apis/apps/v1', 'deployments'],
  ['replicasets', '/apis/apps/v1', 'replicasets'],
  ['pods', '/api/v1', 'pods'],
] as const;

export const clusterInfoDump = defineVerb({
  short: 'Write out what helps to debug the cluster',
  examples: [
    { about: 'To the terminal', command: 'kubectl cluster-info dump' },
    { about: 'To files below a directory', command: 'kubectl cluster-info dump --output-directory=./dump' },
  ],
  flags: {
    'output-directory': 'Where to write files; - is the terminal.',
    namespaces: 'Which namespaces.',
    'all-namespaces': 'All of them.',
  },
  async run(context) {
    const { flags } = context;
    await printerFor(context, {});
    const folder = flags.string('output-directory') === '-' ? '' : flags.string('output-directory');
    await dump(context, folder, 'nodes', await send(context, { method: 'GET', path: '/api/v1/nodes' }));
    for (const namespace of await namespacesOf(context)) {
      let pods: V1Pod[] = [];
      for (const [name, root, resource] of OF_A_NAMESPACE) {
        const list = await send(context, { method: 'GET', path: `${root}/namespaces/${namespace}/${resource}` });
        await dump(context, folder, `${namespace}/${name}`, list);
        if (resource === 'pods') pods = (list as { items?: V1Pod[] }).items ?? [];
      }
      for (const pod of pods) await dumpLogs(context, folder, namespace, pod);
    }
    if (folder) context.out(`Cluster info dumped to ${folder}`);
    return 0;
  },
});

async function namespacesOf(context: VerbContext): Promise<string[]> {
  const { flags } = context;
  if (flags.bool('all-namespaces')) {
    const { items } = (await send(context, { method: 'GET', path: '/api/v1/namespaces' })) as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  }
  return flags.list('namespaces').length > 0 ? [...flags.list('namespaces')] : ['kube-system', context.namespace];
}

async function dump(context: VerbContext, folder: string, name: string, object: unknown): Promise<void> {
  const format = context.flags.string('output');
  const parts: string[] = [];
  const printer = await printerFor({ ...context, write: (data) => parts.push(String(data)) }, {});
  printer.print(object);
  write(context, folder, `${name}.${format === 'json' || format === 'yaml' ? format : 'txt'}`, parts.join(''));
}

async function dumpLogs(context: VerbContext, folder: string, namespace: string, { metadata, spec }: V1Pod): Promise<void> {
  const pod = metadata?.name ?? '';
  const parts: string[] = [];
  for (const { name: container } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
    const of = `logs for container ${container} of pod ${namespace}/${pod} ====\n`;
    parts.push(`==== START ${of}`);
    try {
      parts.push(Buffer.from(await readLog(context, { namespace, pod, container, label: '' }, {})).toString('utf8'));
    } catch (error) {
      parts.push(`Request log error: ${messageOf(error)}\n`);
    }
    parts.push(`==== END ${of}`);
  }
  write(context, folder, `${namespace}/${pod}/logs.txt`, parts.join(''));
}

function write(context: VerbContext, folder: string, name: string, text: string): void {
  if (!folder) {
    context.write(text);
    return;
  }
  const path = resolve(context.cwd, folder, name);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new KubectlError((error as Error).message);
  }
}
