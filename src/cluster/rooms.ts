// Everything that acts by itself: scheduler, controllers, kubelets, network. Loaded when there is something for it to do.

import { tokenSignature } from '../apiserver/keys/token-signature.ts';
import { uncounted } from '../apiserver/occasion.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import { createRecorder } from '../client/recorder.ts';
import { controllers } from '../controllers/index.ts';
import { createLeaderElection } from '../controllers/leader-election.ts';
import { nodeIpamController } from '../controllers/node-ipam.ts';
import { createLeaseLoop } from '../etcd/leases.ts';
import { createKubelet } from '../kubelet/kubelet.ts';
import type { Instant } from '../machinery/clock.ts';
import type { ApiHandler, Credentials } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
import { drawer } from '../machinery/store.ts';
import { networkLoops } from '../network/index.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { certificateAuthority } from './authority.ts';
import type { ClusterParts } from './cluster.ts';
import type { Component } from './components.ts';
import type { Exchange } from './dialer.ts';
import { controlPlaneOf } from './facts.ts';
import { type HostedLoop, objectEvent } from './loop-host.ts';
import { resourceOfKey } from './resource-of-key.ts';

export interface Rooms {
  loops: readonly HostedLoop[];
  /** Port 10250 of a node. */
  kubelet(node: string): ApiHandler;
  exchange: Exchange;
  resourceOf(etcdKey: string): string | undefined;
  /** State keys have changed that a process's projected future may have read. */
  changed(keys: readonly string[], at: Instant): Promise<void>;
}

/** Where the components of the control plane listen while their process runs. */
const SCHEDULER_PORT = 10259;
const CONTROLLER_MANAGER_PORT = 10257;

export function openRooms(parts: ClusterParts): Rooms {
  const { facts, store, keyspace, clock, random, wakeUps, recurrences, dialer, pass, follow, components } = parts;
  const controlPlane = controlPlaneOf(facts).name;

  const clientOf = (user: string, groups: readonly string[], agent: string, from: string): Client =>
    parts.client(identity(user, groups), `${agent}/v1.36.0`, from);
  const recorderOf = (client: Client, component: string, host?: string): EventRecorder =>
    createRecorder({
      client,
      clock,
      store: drawer(store, `/kubemu/recorder/${component}${host ? `@${host}` : ''}/`),
      component,
      recurrences,
      ...(host ? { host } : {}),
    });
  const runs = (component: Component, port: number) => (): boolean => components?.has(component) !== false && parts.listens(port);

  const schedulerClient = clientOf('system:kube-scheduler', [], 'kube-scheduler', controlPlane);
  const managerClient = clientOf('system:kube-controller-manager', [], 'kube-controller-manager', controlPlane);
  const nodeClients = new Map<string, Client>();
  const nodeClient = (node: string): Client => {
    const client = nodeClients.get(node) ?? clientOf(`system:node:${node}`, ['system:nodes'], 'kubelet', node);
    nodeClients.set(node, client);
    return client;
  };

  const kubelet = createKubelet({
    clientFor: nodeClient,
    recorderFor: (node) => recorderOf(nodeClient(node), 'kubelet', node),
    store,
    clock,
    random,
    dialer,
    signature: (token) => tokenSignature(random, token),
    wakeUps,
    recurrences,
    pass,
  });

  const always = (): boolean => true;
  const schedulerRuns = runs('kube-scheduler', SCHEDULER_PORT);
  const managerRuns = runs('kube-controller-manager', CONTROLLER_MANAGER_PORT);
  const candidate = (component: string, client: Client, recorder: EventRecorder, isServing: () => boolean) => ({
    component,
    client,
    recorder,
    isServing,
  });
  return {
    loops: [
      { loop: createLeaseLoop({ keyspace, clock }), alive: always },
      {
        loop: createScheduler({
          clientFor: () => schedulerClient,
          recorderFor: (component) => recorderOf(schedulerClient, component),
          clock,
          random: { ...random, u32: (purpose, key, revision = 0) => random.u32(purpose, key, revision - uncounted(store)) },
          store,
          follow: (listener) =>
            follow(({ key, before, after }) => {
              const resource = resourceOfKey(key);
              const event = resource && objectEvent(before?.value as KubeObject | undefined, after?.value as KubeObject | undefined);
              if (resource && event) listener(resource, event);
            }),
        }),
        alive: schedulerRuns,
      },
      ...[nodeIpamController((node) => facts.nodes.find(({ name }) => name === node)?.podCIDR), ...controllers].map((controller) => ({
        loop: controller.loop({
          clientFor: () => managerClient,
          recorderFor: (component) => recorderOf(managerClient, component),
          clock,
          random,
          store,
          authority: certificateAuthority(parts),
        }),
        alive: managerRuns,
      })),
      {
        loop: createLeaderElection({
          candidates: [
            candidate('kube-scheduler', schedulerClient, recorderOf(schedulerClient, 'default-scheduler'), schedulerRuns),
            candidate('kube-controller-manager', managerClient, recorderOf(managerClient, 'kube-controller-manager'), managerRuns),
          ],
          host: controlPlane,
          clock,
          random,
          recurrences,
          store,
        }),
        alive: always,
      },
      ...networkLoops({ client: managerClient, store, clock }).map((loop) => ({ loop, alive: always })),
      { loop: kubelet.loop, alive: always },
    ],
    kubelet: (node) => kubelet.handle(node),
    exchange: kubelet.exchange,
    resourceOf: resourceOfKey,
    changed: async (keys, at) => kubelet.changed(keys, at),
  };
}

/** Components of the cluster are trusted here; their own roles exist, but are not what admits them. */
function identity(commonName: string, organizations: readonly string[]): Credentials {
  return { certificate: { commonName, organizations: [...organizations, 'system:masters'] } };
}
