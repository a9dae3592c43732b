// Plays client-go's leader election for the components of the control plane, with one candidate each: whoever starts to serve takes the
// lease in kube-system and renews it in closed form. Left out: candidates that wait; a new process does not sit out its predecessor's
// lease of 15 seconds.
import { Lease } from '../api/coordination/lease.ts';
import { Pod } from '../api/core/pod.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import { type Clock, rfc3339Micro, seconds } from '../machinery/clock.ts';
import type { Loop } from '../machinery/loop.ts';
import type { Random } from '../machinery/random.ts';
import { occurrences, type Recurrences } from '../machinery/recurrence.ts';
import { drawer, type Store } from '../machinery/store.ts';

export interface Candidate {
  /** `kube-scheduler`: name of its lease and of its Pod. */
  component: string;
  client: Client;
  recorder: EventRecorder;
  isServing(): boolean;
}

export interface LeaderElectionDeps {
  candidates: readonly Candidate[];
  /** The node on which they run. */
  host: string;
  clock: Clock;
  random: Random;
  recurrences: Recurrences;
  store: Store;
}

const DURATION = 15;
const RETRY_PERIOD = seconds(2);
const NAMESPACE = 'kube-system';

export function createLeaderElection({ candidates, host, clock, random, recurrences, store }: LeaderElectionDeps): Loop {
  const memory = drawer(store, '/kubemu/leader-election/');
  const leaseKey = (component: string): string => `leases/${NAMESPACE}/${component}`;

  return {
    name: 'leader-election',
    watches: [
      {
        resource: Pod.resource,
        *keys({ object: { metadata } }) {
          if (metadata.namespace !== NAMESPACE) return;
          for (const { component } of candidates) if (metadata.name === `${component}-${host}`) yield component;
        },
      },
    ],
    async reconcile(key) {
      const candidate = candidates.find(({ component }) => component === key);
      if (!candidate) return undefined;
      const leads = recurrences.current(leaseKey(key)) !== undefined;
      if (leads && !candidate.isServing()) await step(candidate);
      if (!leads && candidate.isServing()) await acquire(candidate);
      return undefined;
    },
  };

  async function acquire({ component, client, recorder }: Candidate): Promise<void> {
    const term = (memory.get<number>(component) ?? 0) + 1;
    const holderIdentity = `${host}_${random.uuid('leader-election', component, term)}`;
    const time = rfc3339Micro(clock.now());
    const known = await client.get(Lease, { namespace: NAMESPACE, name: component });
    const leaseTransitions = known ? (known.spec?.leaseTransitions ?? 0) + 1 : 0;
    const spec = { holderIdentity, leaseDurationSeconds: DURATION, acquireTime: time, renewTime: time, leaseTransitions };
    const lease = known
      ? await client.update(Lease, { ...known, spec })
      : await client.create(Lease, { metadata: { namespace: NAMESPACE, name: component }, spec });
    memory.put(component, term);
    recurrences.start(leaseKey(component), { kind: 'lease', from: clock.now(), period: RETRY_PERIOD });
    await recorder.event(lease, 'Normal', 'LeaderElection', `${holderIdentity} became leader`);
  }

  /** The process has ended: the lease keeps its last renewal. */
  async function step({ component, client }: Candidate): Promise<void> {
    const recurrence = recurrences.current(leaseKey(component));
    const lease = await client.get(Lease, { namespace: NAMESPACE, name: component });
    if (lease && recurrence) {
      const renewTime = rfc3339Micro(occurrences(recurrence, clock.now()).last);
      await client.update(Lease, { ...lease, spec: { ...lease.spec, renewTime } });
    }
    recurrences.stop(leaseKey(component));
  }
}
