// One node's kubelet: what its parts share.
import type { Pod } from '../api/core/pod.ts';
import type { Client } from '../client/client.ts';
import type { Catalog } from '../cri/runtime/catalog.ts';
import type { Sandboxes } from '../cri/runtime/sandboxes.ts';
import type { Clock } from '../machinery/clock.ts';
import { DialError } from '../machinery/dialer.ts';
import type { Random } from '../machinery/random.ts';
import { StatusError } from '../machinery/status.ts';
import type { Store } from '../machinery/store.ts';
import type { Disk, NodeMachine } from '../node/machine.ts';
import { fieldPathOf } from './record.ts';

export interface Agent {
  node: string;
  machine: NodeMachine;
  disk: Disk;
  client: Client;
  store: Store;
  clock: Clock;
  random: Random;
  sandboxes: Sandboxes;
  catalog: Catalog;
  /** What Pods may use: the downward API's default for limits. */
  allocatable: Readonly<Record<string, string>>;
  /** An event about an object. Nobody waits for events: one that cannot be written is dropped. */
  event(
    regarding: Regarding,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    options?: { fieldPath?: string; count?: number },
  ): Promise<void>;
  /** Puts the node and all its Pods into the kubelet's queue, now. */
  wakeAll(): void;
}

export type Regarding = Parameters<import('../client/client.ts').EventRecorder['event']>[0];

/** An event about one container of a Pod. */
export const containerEvent = (
  agent: Agent,
  pod: Pod,
  container: string,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  count?: number,
): Promise<void> =>
  agent.event(pod, type, reason, message, { fieldPath: fieldPathOf(pod, container), ...(count === undefined ? {} : { count }) });

/** Whether the API server refused or could not be reached: nothing of ours is wrong. */
export const isApiTrouble = (error: unknown): boolean => error instanceof StatusError || error instanceof DialError;

/** `web_default(uid)`, as the kubelet names a Pod in messages. */
export const formatPod = (pod: Pod): string => `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
