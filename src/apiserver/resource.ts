// What the server knows about one served resource beyond its kind: tables computed once.
import type { V1CustomResourceDefinitionSpec } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { GroupResource } from '../machinery/status.ts';

/** One resource at one version, as requests address it. */
export interface Resource {
  readonly kind: Kind;
  readonly gr: GroupResource;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  readonly hasGeneration: boolean;
  /** Set for resources that a CustomResourceDefinition serves. */
  readonly custom?: KubeObject;
  /** What whoever uses it is warned of. */
  readonly deprecation?: string;
}

/** APILifecycleDeprecated of the built-in kinds; ComponentStatuses warn by themselves. */
const DEPRECATED: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** Kinds with a status whose strategy never sets a generation. */
const WITHOUT_GENERATION = new Set([
  'bindings',
  'certificatesigningrequests.certificates.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'componentstatuses',
  'configmaps',
  'controllerrevisions.apps',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'endpoints',
  'events',
  'events.events.k8s.io',
  'horizontalpodautoscalers.autoscaling',
  'ipaddresses.networking.k8s.io',
  'leases.coordination.k8s.io',
  'limitranges',
  'namespaces',
  'nodes',
  'persistentvolumeclaims',
  'persistentvolumes',
  'resourceclaims.resource.k8s.io',
  'resourcequotas',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'runtimeclasses.node.k8s.io',
  'secrets',
  'serviceaccounts',
  'servicecidrs.networking.k8s.io',
  'services',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'volumeattributesclasses.storage.k8s.io',
]);

/** Groups whose resources are answered and not stored. */
const VIRTUAL = new Set(['authorization.k8s.io', 'authentication.k8s.io', 'metrics.k8s.io']);

/** False where the server works out each answer: reviews, metrics, and the state of its own components. */
export const isStored = ({ kind: { names } }: Resource): boolean => !VIRTUAL.has(names.group) && names.kind !== 'ComponentStatus';

export function resourceOf(kind: Kind, custom?: KubeObject): Resource {
  const { names } = kind;
  const deprecation = custom ? deprecationOf(kind, custom) : DEPRECATED[kind.resource];
  return {
    kind,
    gr: { group: names.group, resource: names.plural },
    apiVersion: names.group ? `${names.group}/${names.version}` : names.version,
    namespaced: names.namespaced,
    hasStatus: names.subresources.includes('status'),
    hasGeneration: custom !== undefined || !WITHOUT_GENERATION.has(kind.resource),
    ...(custom ? { custom } : {}),
    ...(deprecation === undefined ? {} : { deprecation }),
  };
}

function deprecationOf({ names: { group, version, kind } }: Kind, { spec }: KubeObject): string | undefined {
  const declared = (spec as V1CustomResourceDefinitionSpec).versions.find(({ name }) => name === version);
  return declared?.deprecated ? (declared.deprecationWarning ?? `${group}/${version} ${kind} is deprecated`) : undefined;
}

/** `/registry/pods/default/web` */
export function etcdKey(resource: Resource, namespace: string, name: string): string {
  return resource.namespaced ? `${resource.kind.etcdPrefix}${namespace}/${name}` : resource.kind.etcdPrefix + name;
}

/** Where the keys of a list begin: those of one namespace, or all. */
export function listPrefix(resource: Resource, namespace: string): string {
  return resource.namespaced && namespace ? `${resource.kind.etcdPrefix}${namespace}/` : resource.kind.etcdPrefix;
}
