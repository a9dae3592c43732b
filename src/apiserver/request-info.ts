// Plays apiserver/pkg/endpoints/request: reads what a request asks for from its method, path and query. Leaves out the deprecated
// `/watch/` paths, which answer NotFound.
import type { ApiRequest } from '../machinery/http.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export interface RequestInfo {
  /** Without query. */
  path: string;
  /** Path segments, decoded. */
  segments: readonly string[];
  query: Query;
  isResource: boolean;
  /** For other paths the method in lower case. */
  verb: Verb | 'post' | 'put';
  group: string;
  version: string;
  /** Empty for cluster-scoped resources and across namespaces. */
  namespace: string;
  /** Plural; empty for `/api/v1` itself. */
  resource: string;
  name: string;
  subresource: string;
  /** What follows the subresource, for proxies. */
  rest: readonly string[];
}

/** Most requests have no options. Nobody writes into it. */
const NO_VALUES = new Map<string, readonly string[]>();

/** Query options: the last of repeated values counts, except where all do. */
export class Query {
  private readonly values: Map<string, readonly string[]> = NO_VALUES;
  constructor(given: ApiRequest['query'], text: string) {
    let values: Map<string, readonly string[]> | undefined;
    if (given) {
      for (const name of Object.keys(given)) {
        const value = given[name];
        if (value === undefined) continue;
        values ??= new Map();
        values.set(name, typeof value === 'string' ? [value] : value);
      }
    }
    if (text) {
      values ??= new Map();
      for (const [name, value] of new URLSearchParams(text)) values.set(name, [...(values.get(name) ?? []), value]);
    }
    if (values) this.values = values;
  }
  get(name: string): string {
    return this.values.get(name)?.[0] ?? '';
  }
  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }
  has(name: string): boolean {
    return this.values.has(name);
  }
  /** As strconv.ParseBool reads it; a bare name is true. */
  flag(name: string): boolean {
    const value = this.values.get(name)?.[0];
    return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
  }
}

const VERBS: Record<ApiRequest['method'], RequestInfo['verb']> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export function requestInfo(request: ApiRequest): RequestInfo {
  const mark = request.path.indexOf('?');
  const path = mark < 0 ? request.path : request.path.slice(0, mark);
  const query = new Query(request.query, mark < 0 ? '' : request.path.slice(mark + 1));
  const known = request.method === 'POST' ? collections.get(path) : undefined;
  if (known) return { ...known, query };
  const info = parsed(request.method, path, query);
  if (request.method === 'POST' && info.isResource && !info.name && collections.size < 500) collections.set(path, info);
  return info;
}

/** What is created in a collection: most requests of a busy cluster have the same few paths. */
const collections = new Map<string, RequestInfo>();

function parsed(method: ApiRequest['method'], path: string, query: Query): RequestInfo {
  const isPlain = path.startsWith('/') && !path.endsWith('/') && !path.includes('//');
  const segments = isPlain ? path.slice(1).split('/') : path.split('/').filter(Boolean);
  if (path.includes('%')) for (let i = 0; i < segments.length; i++) segments[i] = decoded(segments[i] as string);

  const info: RequestInfo = {
    path,
    segments,
    query,
    isResource: false,
    verb: method === 'POST' ? 'post' : method === 'PUT' ? 'put' : VERBS[method],
    group: '',
    version: '',
    namespace: '',
    resource: '',
    name: '',
    subresource: '',
    rest: [],
  };
  let at: number;
  if (segments[0] === 'api' && segments.length >= 3) {
    info.version = segments[1] as string;
    at = 2;
  } else if (segments[0] === 'apis' && segments.length >= 4) {
    info.group = segments[1] as string;
    info.version = segments[2] as string;
    at = 3;
  } else return info;

  info.isResource = true;
  info.verb = VERBS[method];
  let parts = segments.slice(at);
  if (parts[0] === 'namespaces') {
    const third = parts[2];
    if (parts.length > 1) info.namespace = parts[1] as string;
    // Of what lies below one namespace, only these two belong to the Namespace itself.
    if (third !== undefined && third !== 'status' && third !== 'finalize') parts = parts.slice(2);
  }
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  info.subresource = parts[2] ?? '';
  info.rest = parts.slice(3);
  if (!info.name) {
    if (info.verb === 'get') info.verb = query.flag('watch') ? 'watch' : 'list';
    else if (info.verb === 'delete') info.verb = 'deletecollection';
  }
  return info;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a stray percent sign names itself
  }
}
