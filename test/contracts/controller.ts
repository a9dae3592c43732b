// What every controller owes: a second look changes nothing, and a look that was interrupted and is repeated ends where an undisturbed
// one ends. Run over the list of controllers, with the world of each scenario.
import { describe, expect, test } from 'vitest';
import type { Controller } from '../../src/controllers/define.ts';
import { failure } from '../../src/machinery/status.ts';
import { FakeCluster } from '../controllers/fake-cluster.ts';
import { runPods } from '../controllers/objects.ts';

export interface Scenario {
  name: string;
  /** Puts objects into the cluster; may drain in between. */
  play(cluster: FakeCluster): Promise<void>;
}

export function controllerContract(controllers: readonly Controller[], scenarios: readonly Scenario[]): void {
  const build = (): FakeCluster => {
    const cluster = new FakeCluster();
    return cluster.add(...controllers.map((controller) => controller.loop(cluster.deps)));
  };
  const settle = async (cluster: FakeCluster, scenario: Scenario): Promise<void> => {
    await scenario.play(cluster);
    for (let i = 0; i < 12; i++) {
      runPods(cluster);
      await cluster.advance(2000);
    }
    await cluster.advance(96_000);
  };

  test('every controller has a name of its own', () => {
    const names = controllers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  describe.each(scenarios)('$name', (scenario) => {
    test('looked at again, nothing changes', async () => {
      const cluster = build();
      await settle(cluster, scenario);
      const before = cluster.contents();
      for (const [path, object] of cluster.objects) {
        const resource = path.slice(0, path.indexOf('/'));
        for (const loop of cluster.loops) {
          for (const watch of loop.watches) {
            if (watch.resource === resource) for (const key of watch.keys({ type: 'ADDED', object }, resource)) cluster.enqueue(loop, key);
          }
        }
      }
      await cluster.drain();
      expect(cluster.contents()).toBe(before);
    });

    test('interrupted at any write, it ends the same', async () => {
      const undisturbed = build();
      await settle(undisturbed, scenario);
      const shape = summary(undisturbed);
      for (let failing = 1; failing <= 40; failing += 3) {
        const cluster = build();
        let writes = 0;
        let isPlaying = true;
        cluster.refuse = () => {
          if (!isPlaying && ++writes === failing) throw failure(500, 'InternalError', 'interrupted');
        };
        const { drain } = cluster;
        cluster.drain = async () => {
          isPlaying = false;
          await drain.call(cluster);
          isPlaying = true;
        };
        await settle(cluster, scenario);
        expect(summary(cluster), `interrupted at write ${failing}`).toEqual(shape);
        if (writes < failing) break;
      }
    });
  });
}

/** How many objects of each kind there are, and the specs of those whose names are not drawn. */
function summary(cluster: FakeCluster): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [path, { metadata, status }] of cluster.objects) {
    const resource = path.slice(0, path.indexOf('/'));
    const { replicas, readyReplicas, phase } = (status ?? {}) as Record<string, unknown>;
    const id = `${resource} ${metadata.generateName ?? metadata.name} ${JSON.stringify([replicas, readyReplicas, phase])}`;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}
