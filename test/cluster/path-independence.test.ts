// DESIGN.md, "Time": going a → c equals going a → b → c, to the byte, over random workloads and instants.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { V1Deployment, V1Pod } from '../../src/api/generated/types.ts';
import { ADMIN_CREDENTIALS } from '../../src/cluster/bootstrap.ts';
import { type Cluster, openCluster } from '../../src/cluster/cluster.ts';
import { createCluster, specFromEnv } from '../../src/cluster/clusters.ts';
import { openStateFile } from '../../src/state/file.ts';
import type { Keyspace } from '../../src/state/keyspace.ts';

const home = mkdtempSync(join(tmpdir(), 'kubemu-path-'));
const fresh = join(home, 'fresh.json');
beforeAll(() => createCluster(fresh, specFromEnv({ KUBEMU_SEED: '7', KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_CLOCK: 'max' })), 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

let copies = 0;
function open(from: string): { cluster: Cluster; keyspace: Keyspace; save: () => Promise<string> } {
  const path = join(home, `copy-${copies++}.json`);
  copyFileSync(from, path);
  const file = openStateFile(path);
  const report = (problem: string): void => {
    throw new Error(problem);
  };
  return {
    keyspace: file.keyspace,
    cluster: openCluster({ keyspace: file.keyspace, pass: async () => {}, report }),
    save: async () => {
      await file.commit();
      return path;
    },
  };
}

/** Everything in the state, one line a key. */
function dump(keyspace: Keyspace): string[] {
  return [...keyspace.range('/')].map(
    ({ key, create, mod, version, value }) => `${key} ${create} ${mod} ${version} ${JSON.stringify(value)}`,
  );
}

const scripts = [
  'while true; do echo $(date) Writing Logs >> /tmp/app.log; sleep 5; done',
  'sleep 20; exit 3',
  'echo ready; sleep 3600',
  'exit 0',
  'nope',
  'until nc -z web 80; do sleep 2; done; echo up',
];
const pod = fc.record({
  image: fc.constantFrom('busybox', 'nginx', 'ngnix', 'redis:7'),
  script: fc.option(fc.constantFrom(...scripts)),
  restartPolicy: fc.constantFrom('Always', 'Never', 'OnFailure'),
});
const step = fc.oneof(
  fc.record({ kind: fc.constant('pod' as const), name: fc.constantFrom('a', 'b'), pod }),
  fc.record({ kind: fc.constant('deployment' as const), replicas: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constant('exec' as const), name: fc.constantFrom('a', 'b') }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function run(cluster: Cluster, action: Step): Promise<void> {
  const client = cluster.client(ADMIN_CREDENTIALS, 'kubectl/v1.36.0');
  const path = '/api/v1/namespaces/default/pods';
  try {
    if (action.kind === 'pod') {
      const command = action.pod.script && action.pod.image === 'busybox' ? { command: ['sh', '-c', action.pod.script] } : {};
      await client.request({
        method: 'POST',
        path,
        body: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: action.name },
          spec: { restartPolicy: action.pod.restartPolicy, containers: [{ name: 'c', image: action.pod.image, ...command }] },
        },
      });
    } else if (action.kind === 'delete') {
      await client.request({ method: 'DELETE', path: `${path}/${action.name}` });
    } else if (action.kind === 'exec') {
      const response = await client.request({
        method: 'POST',
        path: `${path}/${action.name}/exec`,
        query: { command: ['touch', '/tmp/x'], container: 'c', stdout: 'true' },
      });
      for await (const _ of response.stream ?? []);
    } else {
      await client.request({
        method: 'POST',
        path: '/apis/apps/v1/namespaces/default/deployments',
        body: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web' },
          spec: {
            replicas: action.replicas,
            selector: { matchLabels: { app: 'web' } },
            template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
          },
        },
      });
    }
  } catch {
    // refused alike in both courses
  }
}

test('a clock that stops on the way leaves the same state as one that does not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 4 })), {
        minLength: 1,
        maxLength: 4,
      }),
      async (course) => {
        const straight = open(fresh);
        const stopping = open(fresh);
        for (const [action, stops] of course) {
          for (const { cluster } of [straight, stopping]) await run(cluster, action);
          const start = straight.cluster.clock.now();
          const total = stops.reduce((sum, stop) => sum + stop, 0);
          await straight.cluster.advance(start + total);
          let at = start;
          for (const stop of stops) {
            at += stop;
            await stopping.cluster.advance(at);
          }
        }
        expect(dump(stopping.keyspace)).toEqual(dump(straight.keyspace));
      },
    ),
    { numRuns: 12, seed: 20260101 },
  );
}, 60_000);

test('saving and opening again on the way changes nothing either', async () => {
  const straight = open(fresh);
  let stopping = open(fresh);
  const course: Step[] = [
    { kind: 'pod', name: 'a', pod: { image: 'busybox', script: scripts[1] ?? null, restartPolicy: 'Always' } },
    { kind: 'deployment', replicas: 2 },
    { kind: 'delete', name: 'a' },
  ];
  for (const action of course) {
    for (const { cluster } of [straight, stopping]) await run(cluster, action);
    const to = straight.cluster.clock.now() + 90_000;
    await straight.cluster.advance(to);
    for (const at of [to - 60_000, to - 30_000, to]) {
      await stopping.cluster.advance(at);
      stopping.cluster.clock.save();
      stopping = open(await stopping.save());
    }
    straight.cluster.clock.save();
  }
  expect(dump(stopping.keyspace)).toEqual(dump(straight.keyspace));
}, 60_000);

test('whatever pauses an advance, and even when the process dies there, everything still happens', async () => {
  let cluster = open(fresh);
  for (const action of [
    { kind: 'pod', name: 'a', pod: { image: 'busybox', script: scripts[1] ?? null, restartPolicy: 'Never' } },
    { kind: 'deployment', replicas: 2 },
  ] satisfies Step[]) {
    await run(cluster.cluster, action);
  }
  const to = cluster.cluster.clock.now() + 60_000;
  let pauses = 0;
  for (; cluster.cluster.clock.now() < to; pauses++) {
    await cluster.cluster.advance(to, () => true);
    cluster.cluster.clock.save();
    cluster = open(await cluster.save());
  }
  expect(pauses).toBeGreaterThan(20);
  const pods = [...cluster.keyspace.range<V1Pod>('/registry/pods/default/')].map(({ value }) => value.status?.phase).sort();
  expect(pods).toEqual(['Failed', 'Running', 'Running']);
  const deployment = cluster.keyspace.get<V1Deployment>('/registry/deployments/default/web')?.value;
  expect(deployment?.status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
}, 60_000);
