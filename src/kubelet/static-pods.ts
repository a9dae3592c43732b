// Plays the kubelet's file source: Pods from the manifests on the node's disk. They run without any API server.
import { Pod } from '../api/core/pod.ts';
import { rfc3339 } from '../machinery/clock.ts';
import { deepFreeze, thaw } from '../machinery/freeze.ts';
import { hash32 } from '../machinery/random.ts';
import { MANIFESTS } from '../node/machine.ts';
import { unitOf } from '../node/units.ts';
import type { Agent } from './agent.ts';

/** Manifests that have been read, by node and path; the text tells whether one is still true. */
const parsed = new WeakMap<Agent, Map<string, { text: string; pod: Pod | undefined }>>();

/** The static Pods of a node in the order of their files. A file that is no Pod is passed over, as the kubelet does with a line in its log. */
export async function staticPodsOf(agent: Agent): Promise<Pod[]> {
  const known = parsed.get(agent) ?? new Map<string, { text: string; pod: Pod | undefined }>();
  parsed.set(agent, known);
  const pods: Pod[] = [];
  for (const path of agent.disk.list(MANIFESTS)) {
    if (/\/\.[^/]*$/.test(path)) continue;
    const text = agent.disk.read(path) ?? '';
    let entry = known.get(path);
    if (entry?.text !== text) {
      entry = { text, pod: await parseManifest(agent, path, text) };
      known.set(path, entry);
    }
    if (entry.pod) pods.push(entry.pod);
  }
  return pods;
}

export async function staticPodNamed(agent: Agent, namespace: string, name: string): Promise<Pod | undefined> {
  if (!name.endsWith(`-${agent.node}`)) return undefined;
  return (await staticPodsOf(agent)).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
}

async function parseManifest(agent: Agent, path: string, text: string): Promise<Pod | undefined> {
  const { parse, YAMLParseError } = await import('yaml');
  let manifest: Partial<Pod> | undefined;
  try {
    manifest = parse(text) as Partial<Pod> | undefined;
  } catch (error) {
    if (error instanceof YAMLParseError) return undefined; // the kubelet logs it and goes on
    throw error;
  }
  if (manifest?.kind !== 'Pod' || !manifest.metadata?.name || !Array.isArray(manifest.spec?.containers)) return undefined;
  const hash = [1, 2, 3, 4].map((seed) => hash32(`${agent.node}\0${path}\0${text}`, seed).toString(16).padStart(8, '0')).join('');
  const { metadata, spec } = manifest;
  const draft: Pod = thaw({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${metadata.name}-${agent.node}`,
      namespace: metadata.namespace ?? 'default',
      uid: hash,
      resourceVersion: '',
      creationTimestamp: '',
      annotations: {
        ...metadata.annotations,
        'kubernetes.io/config.hash': hash,
        'kubernetes.io/config.seen': `${rfc3339(unitOf(agent.store, agent.node, 'kubelet')?.since ?? agent.machine.bootedAt).slice(0, -1)}.000000000Z`,
        'kubernetes.io/config.source': 'file',
      },
    },
    spec: { ...spec, nodeName: agent.node },
  } as Pod);
  Pod.strategy.setDefaults?.(draft);
  draft.spec.tolerations = [...(draft.spec.tolerations ?? []), { effect: 'NoExecute', operator: 'Exists' }];
  return deepFreeze(draft);
}
