// The whole cluster of a first use, in memory: three nodes, every component, clock `max`.
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../src/client/client.ts';
import { ADMIN_CREDENTIALS } from '../../src/cluster/bootstrap.ts';
import { type Cluster, openCluster } from '../../src/cluster/cluster.ts';
import { createCluster, specFromEnv } from '../../src/cluster/clusters.ts';
import type { Components } from '../../src/cluster/components.ts';
import { openStateFile } from '../../src/state/file.ts';
import type { Keyspace } from '../../src/state/keyspace.ts';

export interface Whole {
  keyspace: Keyspace;
  cluster: Cluster;
  admin: Client;
  /** What should never happen, and has. */
  problems: string[];
}

const home = mkdtempSync(join(tmpdir(), 'kubemu-whole-'));
const fresh = join(home, 'fresh.json');
const env = { KUBEMU_SEED: '5', KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_CLOCK: 'max' };
let made: Promise<void> | undefined;
let copies = 0;

/** @param components which of them run; all when absent */
export async function wholeCluster(components?: Components): Promise<Whole> {
  made ??= createCluster(fresh, specFromEnv(env));
  await made;
  const path = join(home, `copy-${copies++}.json`);
  copyFileSync(fresh, path);
  const { keyspace } = openStateFile(path);
  const problems: string[] = [];
  const cluster = openCluster({ keyspace, pass: async () => {}, report: (problem) => void problems.push(problem), components });
  return { keyspace, cluster, admin: cluster.client(ADMIN_CREDENTIALS, 'test'), problems };
}
