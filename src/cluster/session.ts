// The composition root as a command sees it: an open cluster, its clock, and a client. See ARCHITECTURE.md, "One command".
import type { Client } from '../client/client.ts';
import type { Duration, Instant } from '../machinery/clock.ts';
import type { Credentials } from '../machinery/http.ts';

export interface SessionOptions {
  /** Path of the cluster's JSON file; created with the default cluster when it does not exist. */
  stateFile: string;
  credentials: Credentials;
  /** `kubectl/v1.36.0` */
  userAgent: string;
}

/** An open cluster. Changes become durable with `settle`, `pass` and `close`. */
export interface Session {
  client: Client;
  now(): Instant;
  /** Lets virtual time pass until something may have changed, at most `limit`; durable before it waits. */
  pass(limit?: Duration): Promise<void>;
  /** Drains the queues and commits. */
  settle(): Promise<void>;
  /** `settle`, then gives back the lock. */
  close(): Promise<void>;
}
