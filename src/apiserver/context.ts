// What the stages of the pipeline share.
import type { StrategyContext } from '../api/kind.ts';
import type { Etcd } from '../etcd/etcd.ts';
import type { Clock, Duration } from '../machinery/clock.ts';
import type { Dialer } from '../machinery/dialer.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Random } from '../machinery/random.ts';
import type { Store } from '../machinery/store.ts';
import type { AuditOptions } from './audit/audit.ts';
import type { AuthorizationMode } from './authorization/index.ts';

export interface ApiServerOptions {
  serviceClusterIPRange: string;
  /** `30000-32767` when absent. */
  serviceNodePortRange?: string;
  /** `Node` and `RBAC` when absent. */
  authorizationModes?: readonly AuthorizationMode[];
  /** The dialer's namespace of this server: the control plane node's name. */
  networkNamespace?: string;
  /** Admission plugins that are switched off. */
  disableAdmissionPlugins?: readonly string[];
  /** The audit log; there is none when absent. */
  audit?: AuditOptions;
  /** Users of bearer tokens that are no service account's: `--token-auth-file`. */
  tokens?: ReadonlyMap<string, { name: string; uid: string; groups: readonly string[] }>;
}

export interface Overlay {
  <T extends KubeObject>(etcdKey: string, object: T): T;
  /** False when objects whose etcd keys begin like this are shown as they are stored. */
  mayConcern?(prefix: string): boolean;
}

export interface ApiServerDeps {
  etcd: Etcd;
  /** The whole store: the server keeps `/kubemu/index/…` in it. */
  store: Store;
  clock: Clock;
  random: Random;
  dialer: Dialer;
  /** Shows an object as of now when it is read: recurrences. */
  overlay?: Overlay;
  /** Lets time pass until something may have changed; watches end where it is absent. */
  pass?: (limit?: Duration) => Promise<void>;
  options: ApiServerOptions;
}

export function strategyContext(deps: ApiServerDeps, subresource: string): StrategyContext {
  return { now: deps.clock.now(), random: deps.random, subresource };
}
