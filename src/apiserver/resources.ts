// Every resource that the server serves: built-in kinds, and those that CustomResourceDefinitions add.
import { builtinKinds, kindForResource } from '../api/index.ts';
import type { Etcd } from '../etcd/etcd.ts';
import type { KubeObject } from '../machinery/object.ts';
import { failure, type StatusError } from '../machinery/status.ts';
import { customResources, DEFINITIONS } from './custom-resources.ts';
import { METRICS_GROUP, METRICS_SERVICE, metricsKinds } from './metrics/kinds.ts';
import { type Resource, resourceOf } from './resource.ts';

export class Resources {
  /** Built-in ones that have been asked for, by plural: looked up several times in every request. */
  private readonly builtin = new Map<string, Resource[]>();
  private metrics: readonly Resource[] | undefined;
  private custom: ReadonlyMap<string, Resource> | undefined;

  constructor(private readonly etcd: Etcd) {
    etcd.watch((change) => {
      if (change.key.startsWith(DEFINITIONS)) this.custom = undefined;
    });
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    for (const known of this.builtin.get(plural) ?? NONE) {
      const { names } = known.kind;
      if (names.group === group && names.version === version) return known;
    }
    if (group === METRICS_GROUP)
      return this.aggregated().find(({ kind }) => kind.names.plural === plural && version === kind.names.version);
    const kind = kindForResource(group, version, plural);
    if (!kind) return this.customs().get(`${group}/${version}/${plural}`);
    const found = resourceOf(kind);
    const same = this.builtin.get(plural);
    if (same) same.push(found);
    else this.builtin.set(plural, [found]);
    return found;
  }

  /** All versions of all resources, built-in ones first. */
  *all(): Iterable<Resource> {
    for (const { names } of builtinKinds()) {
      const found = this.find(names.group, names.version, names.plural);
      if (found) yield found;
    }
    yield* this.customs().values();
    yield* this.aggregated();
  }

  /** Those of metrics-server, if its APIService is there. */
  private aggregated(): readonly Resource[] {
    if (!this.etcd.get(METRICS_SERVICE)) return [];
    this.metrics ??= metricsKinds.map((kind) => resourceOf(kind));
    return this.metrics;
  }

  private customs(): ReadonlyMap<string, Resource> {
    if (!this.custom) {
      const definitions: KubeObject[] = [];
      for (const { value } of this.etcd.range<KubeObject>(DEFINITIONS)) definitions.push(value);
      this.custom = customResources(definitions);
    }
    return this.custom;
  }
}

export const pathNotFound = (): StatusError => failure(404, 'NotFound', 'the server could not find the requested resource', {});

const NONE: readonly Resource[] = [];
