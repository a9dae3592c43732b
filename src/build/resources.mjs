// Writes src/api/generated/resources.ts: every resource that a default 1.36 server serves, as its discovery tells, read from the
// paths and operations of the published client. Alphas and betas are off by default, so only GA versions appear.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Groups in the order in which the aggregator lists them. */
const GROUPS = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'resource.k8s.io',
];

/** Within a group the preferred version comes first: v2 before v1. */
const byVersion = (a, b) => Number(b.slice(1)) - Number(a.slice(1));

/** @param {string} client folder of the generated client @returns {BuiltinResource[]} in discovery's order */
export function resources(client) {
  const found = new Map();
  const bodies = new Map();
  const folder = join(client, 'apis');
  for (const file of readdirSync(folder)) {
    if (!/V\d+Api\.js$/.test(file)) continue;
    const source = readFileSync(join(folder, file), 'utf8');
    const returned = returnTypes(source);
    for (const { name, path, method, body } of operations(source)) {
      const at = /^\/(?:api|apis\/([^/]+))\/(v\d+)\/(namespaces\/\{namespace\}\/)?([a-z]+)(\/\{name\}(?:\/([a-z]+))?)?$/.exec(path);
      if (!at) continue;
      const [, group = '', version, inNamespace, plural, item, subresource] = at;
      const key = `${group}/${version}/${plural}`;
      const resource = found.get(key) ?? {
        group,
        version,
        plural,
        kind: '',
        model: '',
        namespaced: false,
        verbs: new Set(),
        subresources: new Map(),
      };
      found.set(key, resource);
      const model = body || returned.get(name) || '';
      if (subresource) {
        const sub = resource.subresources.get(subresource) ?? { name: subresource, model: '', verbs: new Set() };
        resource.subresources.set(subresource, sub);
        sub.verbs.add(verbOf(method, item));
        if (/^[A-Z]\w*\d[A-Z]/.test(model)) sub.model ||= model;
        continue;
      }
      if (inNamespace) resource.namespaced = true;
      for (const verb of verbsOf(method, item)) resource.verbs.add(verb);
      if (method === 'POST') bodies.set(key, body);
      else if (method === 'GET' && !item) resource.model ||= model.replace(/List$/, '');
    }
  }
  for (const [key, resource] of found) {
    resource.model = bodies.get(key) ?? resource.model;
    resource.kind = kindOf(resource.model);
  }
  return [...found.values()].filter(isServed).sort(inDiscoveryOrder).map(finished);
}

/** @param {string} client folder of the generated client @returns {string} TypeScript source */
export function resourcesSource(client) {
  return `// Generated from the metadata of @kubernetes/client-node; do not edit.
/** A resource as discovery lists it; \`model\` is the generated type of its objects. */
export interface BuiltinResource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
  subresources: readonly BuiltinSubresource[];
  model: string;
}
export interface BuiltinSubresource {
  name: string;
  /** Empty when it is that of the resource. */
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
}
export const builtinResources: readonly BuiltinResource[] = ${JSON.stringify(resources(client), null, 1)};
`;
}

function* operations(source) {
  for (const part of source.split(/^ {4}async /m)) {
    const path = /const localVarPath = '([^']+)'/.exec(part)?.[1];
    if (!path) continue;
    yield {
      name: part.slice(0, part.indexOf('(')),
      path,
      method: /HttpMethod\.([A-Z]+)/.exec(part)?.[1] ?? '',
      body: /ObjectSerializer\.serialize\(body, "(\w+)"/.exec(part)?.[1] ?? '',
    };
  }
}

function returnTypes(source) {
  const types = new Map();
  for (const [, name, type] of source.matchAll(/^ {4}async (\w+)WithHttpInfo\(response\)[\s\S]*?deserialize\([^"]*"([^"]*)"/gm))
    types.set(name, type);
  return types;
}

const verbOf = (method, item) =>
  ({ POST: 'create', PUT: 'update', PATCH: 'patch', GET: item ? 'get' : 'list', DELETE: item ? 'delete' : 'deletecollection' })[method] ??
  '';

const verbsOf = (method, item) => (method === 'GET' && !item ? ['list', 'watch'] : [verbOf(method, item)]);

/** `CoreV1Event` → `Event`, `V1Pod` → `Pod`. */
const kindOf = (model) => model.replace(/^[A-Za-z]*?V\d+(?:(?:alpha|beta)\d+)?/, '');

const isServed = (resource) => resource.kind && GROUPS.includes(resource.group);

const inDiscoveryOrder = (a, b) =>
  GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || byVersion(a.version, b.version) || (a.plural < b.plural ? -1 : 1);

/** The kinds of subresources whose operations name another or none. */
const SUBRESOURCE_KINDS = {
  attach: ['', 'v1', 'PodAttachOptions'],
  exec: ['', 'v1', 'PodExecOptions'],
  portforward: ['', 'v1', 'PodPortForwardOptions'],
  proxy: ['', 'v1', ''],
  binding: ['', 'v1', 'Binding'],
  eviction: ['policy', 'v1', 'Eviction'],
  scale: ['autoscaling', 'v1', 'Scale'],
  token: ['authentication.k8s.io', 'v1', 'TokenRequest'],
};

function finished({ group, version, kind, plural, namespaced, verbs, subresources, model }) {
  const has = verbs.has('get') || verbs.has('list');
  if (!has) verbs.delete('watch');
  if (plural === 'componentstatuses') verbs.delete('watch');
  const subs = [...subresources.values()].map((sub) => {
    const [subGroup, subVersion, subKind] = SUBRESOURCE_KINDS[sub.name] ?? ['', '', kindOf(sub.model) || kind];
    const proxied = { pods: 'PodProxyOptions', services: 'ServiceProxyOptions', nodes: 'NodeProxyOptions' }[plural];
    const streams = ['attach', 'exec', 'portforward'].includes(sub.name);
    return {
      name: sub.name,
      group: subGroup,
      version: subVersion,
      kind: sub.name === 'proxy' ? proxied : subKind,
      verbs: streams ? ['create', 'get'] : sub.name === 'proxy' ? ['create', 'delete', 'get', 'patch', 'update'] : [...sub.verbs].sort(),
    };
  });
  subs.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { group, version, kind, plural, namespaced, verbs: [...verbs].sort(), subresources: subs, model };
}
