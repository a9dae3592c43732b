// Plays the `scale` subresource: an autoscaling/v1 Scale in front of a workload's replicas.

import type { ApiResponse } from '../../machinery/http.ts';
import { formatSelector, fromLabelSelector, type LabelSelector } from '../../machinery/labels.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { invalid } from '../../machinery/status.ts';
import { type Call, methodNotAllowed } from '../call.ts';
import { valueAt } from '../custom-resources.ts';
import { draftOf, expectKind, parseBody } from '../decoding.ts';
import { patched } from '../patching.ts';
import { type Resource, resourceOf } from '../resource.ts';
import type { Server } from '../server.ts';

interface ScalePaths {
  spec: string;
  status: string;
  selector: string | undefined;
}

const WORKLOAD: ScalePaths = { spec: '.spec.replicas', status: '.status.replicas', selector: undefined };

/** Scale as a resource of its own, for decoding and patching. */
const SCALE = resourceOf({
  names: {
    group: 'autoscaling',
    version: 'v1',
    kind: 'Scale',
    plural: 'scales',
    singular: 'scale',
    shortNames: [],
    categories: [],
    namespaced: true,
    verbs: [],
    subresources: [],
  },
  resource: 'scales.autoscaling',
  etcdPrefix: '',
  strategy: {},
});

export async function scale(server: Server, call: Call): Promise<ApiResponse> {
  const { info, resource, request } = call;
  const entry = server.entry(resource, info.namespace, info.name);
  const paths = pathsOf(resource);
  const current = scaleOf(entry.value, paths);
  if (info.verb === 'get') return { code: 200, body: current };
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotAllowed();
  const wanted = info.verb === 'patch' ? await patched(request, SCALE, current) : expectKind(await parseBody(request), SCALE);
  const { replicas = 0 } = (wanted.spec ?? {}) as { replicas?: number };
  if (replicas < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, info.name, [
      { reason: 'FieldValueInvalid', field: 'spec.replicas', message: `Invalid value: ${replicas}: must be greater than or equal to 0` },
    ]);
  }
  const draft = draftOf(withReplicas(entry.value, paths.spec, replicas), resource, entry.value);
  draft.metadata.resourceVersion = wanted.metadata?.resourceVersion ?? entry.value.metadata.resourceVersion;
  const writer = await server.writer();
  await writer.follow(call, draft, entry.value);
  const write = writer.write(call, 'UPDATE', draft, entry.value);
  const stored = await writer.registry.update({ ...write, subresource: '' }, entry, draft);
  return { code: 200, body: scaleOf(stored, paths) };
}

function pathsOf({ custom, kind }: Resource): ScalePaths {
  if (!custom) return WORKLOAD;
  type Version = {
    name: string;
    subresources?: { scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } };
  };
  const { versions } = custom.spec as { versions: Version[] };
  const declared = versions.find(({ name }) => name === kind.names.version)?.subresources?.scale;
  return declared
    ? { spec: declared.specReplicasPath, status: declared.statusReplicasPath, selector: declared.labelSelectorPath }
    : WORKLOAD;
}

function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.selector ? valueAt(object, paths.selector) : selectorText(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, paths.spec) ?? 0 },
    status: { replicas: valueAt(object, paths.status) ?? 0, ...(selector ? { selector } : {}) },
  };
}

function selectorText(object: KubeObject): string {
  const { selector } = object.spec as { selector?: LabelSelector | Record<string, string> };
  // A ReplicationController's selector is a plain map.
  const structured =
    object.kind === 'ReplicationController' ? { matchLabels: selector as Record<string, string> } : (selector as LabelSelector);
  return formatSelector(fromLabelSelector(structured) ?? []);
}

function withReplicas(object: KubeObject, path: string, replicas: number): KubeObject {
  const fields = path.split('.').filter((field) => field !== '');
  const set = (node: unknown, depth: number): unknown => {
    const field = fields[depth];
    if (field === undefined) return replicas;
    const parent = (node ?? {}) as Record<string, unknown>;
    return { ...parent, [field]: set(parent[field], depth + 1) };
  };
  return set(object, 0) as KubeObject;
}
