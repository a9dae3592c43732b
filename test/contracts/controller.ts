// What every controller owes: a second look changes nothing, a look that was interrupted and is repeated ends where an undisturbed one
// ends, and from any state on the way there it ends there too. Run over the list of controllers, with the world of each scenario; each
// controller must have something to do in one of them.
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
  const rest = async (cluster: FakeCluster): Promise<void> => {
    for (let i = 0; i < 12; i++) {
      runPods(cluster);
      await cluster.advance(2000);
    }
    await cluster.advance(96_000);
    runPods(cluster);
    await cluster.drain();
  };
  const settle = async (cluster: FakeCluster, scenario: Scenario): Promise<void> => {
    await scenario.play(cluster);
    await rest(cluster);
  };

  test('every controller has a name of its own', () => {
    const names = controllers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  const busy = new Set<string>();
  describe.each(scenarios)('$name', (scenario) => {
    test('looked at again, nothing changes', async () => {
      const cluster = build();
      await settle(cluster, scenario);
      for (const name of cluster.writers) busy.add(name);
      const before = cluster.contents();
      cluster.restart();
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
        cluster.refuse = () => {
          if (cluster.acting && ++writes === failing) throw failure(500, 'InternalError', 'interrupted');
        };
        await settle(cluster, scenario);
        expect(summary(cluster), `interrupted at write ${failing}`).toEqual(shape);
        if (writes < failing) break;
      }
    });

    test('started anew from any state on the way, without what was to happen later, it ends the same', async () => {
      // States after the last thing that somebody outside did, one of three.
      let states: (() => FakeCluster)[] = [];
      const cluster = build();
      let writes = 0;
      cluster.disturbed = () => {
        states = [];
      };
      cluster.refuse = () => {
        if (cluster.acting !== undefined && writes++ % 3 === 0) states.push(cluster.snapshot(build));
      };
      await settle(cluster, scenario);
      const shape = summary(cluster);
      for (const [i, state] of states.entries()) {
        const again = state();
        again.restart();
        await rest(again);
        expect(summary(again), `from state ${i} of ${states.length}`).toEqual(shape);
      }
    });
  });

  test('each controller has had something to do', () => {
    expect(controllers.map(({ name }) => name).filter((name) => !busy.has(name))).toEqual([]);
  });
}

/** How many objects of each kind there are, and the specs of those whose names are not drawn. */
function summary(cluster: FakeCluster): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [path, { metadata, status }] of cluster.objects) {
    const resource = path.slice(0, path.indexOf('/'));
    const { replicas, readyReplicas, phase } = (status ?? {}) as Record<string, unknown>;
    const name = (metadata.generateName ?? metadata.name).replace(/^pvc-[0-9a-f-]{36}$/, 'pvc-');
    const id = `${resource} ${name} ${JSON.stringify([replicas, readyReplicas, phase])}`;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}
