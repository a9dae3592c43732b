// What a describer is: one kind's object, and what may be asked around it, to text.
import type { CoreV1Event, V1Pod } from '../../api/generated/types.ts';
import type { Instant } from '../../machinery/clock.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { VerbContext } from '../verb.ts';

export interface Surroundings {
  context: VerbContext;
  now(): Instant;
  /** Events about the object; undefined with --show-events=false. */
  events(): Promise<readonly CoreV1Event[] | undefined>;
  /** Objects of a resource; an empty list when they may not be read. */
  list<T>(resource: string, namespace: string | undefined, query?: Readonly<Record<string, string | undefined>>): Promise<T[]>;
}

export type Describe = (object: KubeObject, around: Surroundings) => Promise<string>;

/** `ReplicaSet/web-5d4f`, or undefined. */
export function controllerOf({ metadata }: KubeObject): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  return owner && `${owner.kind}/${owner.name}`;
}

/** `2 Running / 0 Waiting / 0 Succeeded / 0 Failed` over the Pods that an object controls. */
export async function podsStatus(object: KubeObject, labelSelector: string, { list }: Surroundings): Promise<string> {
  const pods = await list<V1Pod>('pods', object.metadata.namespace, { labelSelector });
  const own = pods.filter(({ metadata }) =>
    metadata?.ownerReferences?.some(({ controller, uid }) => controller && uid === object.metadata.uid),
  );
  const count = (phase: string): number => own.filter(({ status }) => status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}
