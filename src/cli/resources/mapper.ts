// kubectl's RESTMapper: from what people type (`po`, `deploy`, `deployments.v1.apps`) to a resource of the server.

/** A resource as discovery tells it. */
export interface Mapping {
  group: string;
  version: string;
  kind: string;
  /** `pods` */
  resource: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  verbs: readonly string[];
  subresources: readonly string[];
}

export interface RestMapper {
  /** `po`, `pods`, `pod`, `deployments.apps`, `deployments.v1.apps`. Throws kubectl's `the server doesn't have a resource type "x"`. */
  byResource(text: string): Promise<Mapping>;
  /** Throws kubectl's `resource mapping not found for name: … ensure CRDs are installed first`, given an object's apiVersion and kind. */
  byKind(apiVersion: string, kind: string): Promise<Mapping | undefined>;
  /** Members of a category such as `all`, or undefined when it is none. */
  category(text: string): Promise<readonly Mapping[] | undefined>;
  all(): Promise<readonly Mapping[]>;
}

/** `/apis/apps/v1/namespaces/x/deployments/web`; without name the collection; without namespace all namespaces. */
export function resourcePath(mapping: Mapping, namespace: string | undefined, name?: string, subresource?: string): string {
  const root = mapping.group ? `/apis/${mapping.group}/${mapping.version}` : `/api/${mapping.version}`;
  const scope = mapping.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const item = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${mapping.resource}${item}${subresource ? `/${subresource}` : ''}`;
}

/** `pod`, `deployment.apps`: the prefix of `-o name` and of result lines. */
export const nameOf = (mapping: Mapping): string => (mapping.group ? `${mapping.singular}.${mapping.group}` : mapping.singular);
