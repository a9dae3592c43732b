// Plays the discovery endpoints: which groups, versions and resources there are, one document each or all at once.
import { builtinResources } from '../api/index.ts';
import type { ApiResponse } from '../machinery/http.ts';
import { representation } from './negotiation.ts';
import type { RequestInfo } from './request-info.ts';
import type { Resource } from './resource.ts';
import { pathNotFound, type Resources } from './resources.ts';

interface SubresourceEntry {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
}

const CUSTOM_SUBRESOURCES: Readonly<Record<string, Omit<SubresourceEntry, 'name'>>> = {
  status: { group: '', version: '', kind: '', verbs: ['get', 'patch', 'update'] },
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
};

/** The document of `/api`, `/apis` and what lies between them and the resources. */
export function discovery(info: RequestInfo, accept: string | undefined, resources: Resources): ApiResponse {
  const { segments } = info;
  const [root, first = '', second] = segments;
  const aggregated = representation(accept) === 'aggregated-discovery';
  if (root === 'api') {
    if (segments.length === 1) return { code: 200, body: aggregated ? aggregate(resources, (group) => group === '') : coreVersions };
    return resourceList(resources, '', first);
  }
  if (segments.length === 1) {
    if (aggregated) return { code: 200, body: aggregate(resources, (group) => group !== '') };
    const groups = [...groupsOf(resources)].filter(([name]) => name !== '').map(([name, versions]) => groupDocument(name, versions));
    return { code: 200, body: { kind: 'APIGroupList', apiVersion: 'v1', groups } };
  }
  if (second === undefined) {
    const versions = first && groupsOf(resources).get(first);
    if (!versions) throw pathNotFound();
    return { code: 200, body: { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(first, versions) } };
  }
  return resourceList(resources, first, second);
}

const coreVersions = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '172.18.0.2:6443' }],
};

/** Groups in the order of discovery, each with its versions, the preferred one first. */
function groupsOf(resources: Resources): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, Set<string>>();
  for (const { kind } of resources.all()) {
    const versions = groups.get(kind.names.group) ?? new Set();
    groups.set(kind.names.group, versions.add(kind.names.version));
  }
  return new Map([...groups].map(([name, versions]) => [name, [...versions].sort(byVersion)]));
}

/** Stable before beta before alpha, newer before older. */
export function byVersion(a: string, b: string): number {
  const rank = (version: string): number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (!match) return [-1, 0, 0];
    return [match[2] === 'alpha' ? 0 : match[2] === 'beta' ? 1 : 2, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return (right[i] ?? 0) - (left[i] ?? 0);
  return a < b ? -1 : a > b ? 1 : 0;
}

function groupDocument(name: string, versions: readonly string[]): Record<string, unknown> {
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
}

function resourceList(resources: Resources, group: string, version: string): ApiResponse {
  const found = resourcesOf(resources, group, version);
  if (found.length === 0) throw pathNotFound();
  return {
    code: 200,
    body: {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: group ? `${group}/${version}` : version,
      resources: found.flatMap((resource) => [resourceEntry(resource), ...subresourceEntries(resource)]),
    },
  };
}

function resourcesOf(resources: Resources, group: string, version: string): Resource[] {
  return [...resources.all()].filter(({ kind }) => kind.names.group === group && kind.names.version === version);
}

function resourceEntry({ kind: { names } }: Resource): Record<string, unknown> {
  return {
    name: names.plural,
    singularName: names.singular,
    namespaced: names.namespaced,
    kind: names.kind,
    verbs: [...names.verbs].sort(),
    ...(names.shortNames.length ? { shortNames: names.shortNames } : {}),
    ...(names.categories.length ? { categories: names.categories } : {}),
  };
}

function subresourceEntries(resource: Resource): Record<string, unknown>[] {
  const { names } = resource.kind;
  return subresourcesOf(resource).map(({ name, group, version, kind, verbs }) => ({
    name: `${names.plural}/${name}`,
    singularName: '',
    namespaced: names.namespaced,
    ...(group || (version && kind !== names.kind) ? { group, version } : {}),
    kind: kind || names.kind,
    verbs,
  }));
}

function subresourcesOf(resource: Resource): readonly SubresourceEntry[] {
  const { names } = resource.kind;
  if (resource.custom) {
    return names.subresources.flatMap((name) => {
      const known = CUSTOM_SUBRESOURCES[name];
      return known ? [{ name, ...known }] : [];
    });
  }
  const entry = builtinResources.find(
    ({ group, version, plural }) => group === names.group && version === names.version && plural === names.plural,
  );
  return entry?.subresources ?? [];
}

function aggregate(resources: Resources, wanted: (group: string) => boolean): Record<string, unknown> {
  const items = [...groupsOf(resources)]
    .filter(([name]) => wanted(name))
    .map(([name, versions]) => ({
      metadata: { name, creationTimestamp: null },
      versions: versions.map((version) => ({
        version,
        resources: resourcesOf(resources, name, version).map((resource) => aggregatedResource(resource)),
        freshness: 'Current',
      })),
    }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource(resource: Resource): Record<string, unknown> {
  const { names } = resource.kind;
  const subresources = subresourcesOf(resource).map(({ name, group, version, kind, verbs }) => ({
    subresource: name,
    responseKind: { group: group || (version ? '' : names.group), version: version || names.version, kind: kind || names.kind },
    verbs,
  }));
  return {
    resource: names.plural,
    responseKind: { group: names.group, version: names.version, kind: names.kind },
    scope: names.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: names.singular,
    verbs: [...names.verbs].sort(),
    ...(names.shortNames.length ? { shortNames: names.shortNames } : {}),
    ...(names.categories.length ? { categories: names.categories } : {}),
    ...(subresources.length ? { subresources } : {}),
  };
}
