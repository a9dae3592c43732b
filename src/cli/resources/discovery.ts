// Plays client-go's discovery mapper with its cache: built-in resources are known beforehand, custom ones are asked for once.
import { builtinKinds } from '../../api/index.ts';
import type { ResourceNames } from '../../api/kind.ts';
import type { Client } from '../../client/client.ts';
import { StatusError } from '../../machinery/status.ts';
import { KubectlError } from '../verb.ts';
import type { Mapping, RestMapper } from './mapper.ts';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export function discoveryMapper(client: Client): RestMapper {
  const builtin = builtinMappings();
  let served: Promise<readonly Mapping[]> | undefined;
  const all = (): Promise<readonly Mapping[]> => (served ??= discover(client));

  return {
    async byResource(text) {
      const found = findResource(builtin, text) ?? findResource(await all(), text);
      if (!found) throw noResource(text);
      return found;
    },
    async byKind(apiVersion, kind) {
      const [group, version] = splitApiVersion(apiVersion);
      const matches = (one: Mapping): boolean => one.kind === kind && one.group === group && one.version === version;
      return builtin.find(matches) ?? (await all()).find(matches);
    },
    async category(text) {
      const known = builtin.some(({ categories }) => categories.includes(text));
      const custom = await all();
      const members = [...(known ? builtin : []), ...custom].filter(({ categories }) => categories.includes(text));
      return members.length === 0 ? undefined : preferred(members);
    },
    all,
  };
}

/** Version and group, if they were typed, are not shown. */
export const noResource = (text: string): KubectlError =>
  new KubectlError(`the server doesn't have a resource type "${text.split('.')[0]}"`);

export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

let known: readonly Mapping[] | undefined;

/** The cache that a kubectl would have on disk: what every 1.36 server serves. */
function builtinMappings(): readonly Mapping[] {
  known ??= builtinKinds().map(({ names }) => mappingOf(names));
  return known;
}

const mappingOf = ({ plural, ...names }: ResourceNames): Mapping => ({ ...names, resource: plural });

/** `po`, `pods`, `pod`, `Pod`, `deployments.apps`, `deployments.v1.apps`: plural, singular and kind first, then short names. */
function findResource(mappings: readonly Mapping[], text: string): Mapping | undefined {
  const typed = text.toLowerCase();
  const dot = typed.indexOf('.');
  const name = dot < 0 ? typed : typed.slice(0, dot);
  const rest = dot < 0 ? '' : typed.slice(dot + 1);
  const named = mappings.filter((one) => one.resource === name || one.singular === name || one.kind.toLowerCase() === name);
  const candidates = named.length > 0 ? named : mappings.filter((one) => one.shortNames.includes(name));
  if (rest === '') return best(candidates);
  const secondDot = rest.indexOf('.');
  const version = secondDot < 0 ? rest : rest.slice(0, secondDot);
  const group = secondDot < 0 ? '' : rest.slice(secondDot + 1);
  return (
    candidates.find((one) => one.version === version && one.group === group) ??
    best(candidates.filter((one) => one.group === rest)) ??
    best(candidates.filter((one) => one.group.startsWith(rest)))
  );
}

/** The first group's preferred version. */
function best(candidates: readonly Mapping[]): Mapping | undefined {
  const [first] = candidates;
  return preferred(candidates.filter((one) => one.group === first?.group && one.resource === first.resource))[0];
}

/** One version of each resource: stable before beta before alpha, higher before lower. */
export function preferred(mappings: readonly Mapping[]): Mapping[] {
  const chosen = new Map<string, Mapping>();
  for (const one of mappings) {
    const key = `${one.resource}.${one.group}`;
    const before = chosen.get(key);
    if (!before || compareVersions(one.version, before.version) > 0) chosen.set(key, one);
  }
  return [...chosen.values()];
}

/** apimachinery's order of versions: v2 > v1 > v1beta1 > v1alpha1 > anything else. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [weight(a), weight(b)];
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
  return a < b ? 1 : a > b ? -1 : 0;
}

function weight(version: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [0, 0, 0];
  return [match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1, Number(match[1]), Number(match[3] ?? 0)];
}

interface DiscoveryList {
  items?: { metadata?: { name?: string }; versions?: DiscoveryVersion[] }[];
}

interface DiscoveryVersion {
  version: string;
  resources?: DiscoveryResource[];
}

interface DiscoveryResource {
  resource: string;
  responseKind?: { kind?: string };
  scope?: string;
  singularResource?: string;
  shortNames?: string[];
  categories?: string[];
  verbs?: string[];
  subresources?: { subresource: string }[];
}

async function discover(client: Client): Promise<readonly Mapping[]> {
  const mappings: Mapping[] = [];
  for (const path of ['/api', '/apis']) {
    const list = await ask(client, path);
    for (const { metadata, versions } of list.items ?? []) {
      for (const { version, resources } of versions ?? []) {
        for (const resource of resources ?? []) mappings.push(fromDiscovery(metadata?.name ?? '', version, resource));
      }
    }
  }
  return mappings;
}

async function ask(client: Client, path: string): Promise<DiscoveryList> {
  try {
    return (await client.request({ method: 'GET', path, accept: aggregated })).body as DiscoveryList;
  } catch (error) {
    // A user who may not discover still has the cache.
    if (error instanceof StatusError && (error.code === 403 || error.code === 404)) return {};
    throw error;
  }
}

function fromDiscovery(group: string, version: string, one: DiscoveryResource): Mapping {
  const kind = one.responseKind?.kind ?? '';
  return {
    group,
    version,
    kind,
    resource: one.resource,
    singular: one.singularResource || kind.toLowerCase(),
    shortNames: one.shortNames ?? [],
    categories: one.categories ?? [],
    namespaced: one.scope === 'Namespaced',
    verbs: one.verbs ?? [],
    subresources: (one.subresources ?? []).map(({ subresource }) => subresource),
  };
}
