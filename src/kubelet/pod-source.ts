// Where one Pod of a node comes from and where its status goes: the API server, or a manifest on the disk with its mirror Pod.

import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import { DialError } from '../machinery/dialer.ts';
import { isConflict, isNotFound, StatusError } from '../machinery/status.ts';
import type { Agent } from './agent.ts';
import type { PodRecord } from './record.ts';
import { staticPodNamed } from './static-pods.ts';
import { statusOf } from './status.ts';

export const MIRROR = 'kubernetes.io/config.mirror';
export const HASH = 'kubernetes.io/config.hash';

export class PodSource {
  /** What is to run; undefined when it is gone. */
  pod: Pod | undefined;
  isStatic = false;
  /** The API holds another Pod of this name than the one the kubelet runs. */
  isReplaced = false;
  /** The object whose status is written: the Pod itself, or the mirror of a static one. */
  #target: Pod | undefined;

  constructor(
    private readonly agent: Agent,
    private readonly namespace: string,
    private readonly name: string,
  ) {}

  /** @param record of the Pod that the kubelet runs under this name, if any */
  async load(record: PodRecord | undefined): Promise<void> {
    const uid = record?.uid;
    const { agent, namespace, name } = this;
    const manifest = await staticPodNamed(agent, namespace, name);
    if (manifest) {
      this.isStatic = true;
      this.isReplaced = uid !== undefined && uid !== manifest.metadata.uid;
      this.pod = this.isReplaced ? undefined : manifest;
      this.#target = this.pod && (await this.#mirror(manifest));
      return;
    }
    let found: Pod | undefined;
    try {
      found = await agent.client.get(Pod, { namespace, name });
    } catch (error) {
      if (record?.source === 'file' && error instanceof DialError) return; // its manifest is gone, whatever the API would say
      throw error;
    }
    if (found?.metadata.annotations?.[MIRROR]) {
      await agent.client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 0, uid: found.metadata.uid }); // its manifest is gone
      return;
    }
    const here = found?.spec.nodeName === agent.node ? found : undefined;
    this.isReplaced = here !== undefined && uid !== undefined && uid !== here.metadata.uid;
    this.pod = this.isReplaced ? undefined : here;
    this.#target = this.pod;
  }

  /** Writes the status if it has changed. */
  async report(record: PodRecord): Promise<void> {
    const { agent, pod } = this;
    if (!pod || !this.#target) return;
    const target = this.#target;
    const status = statusOf(
      this.isStatic ? { ...pod, metadata: { ...pod.metadata, generation: target.metadata.generation ?? 1 } } : target,
      record,
      agent.machine.address,
      agent.clock.now(),
    );
    try {
      this.#target = await agent.client.updateStatus(Pod, target, { ...target.status, ...status });
    } catch (error) {
      if (isNotFound(error) || error instanceof DialError) return;
      if (!isConflict(error)) throw error;
      const latest = await agent.client.get(Pod, { namespace: this.namespace, name: this.name });
      if (!latest || latest.metadata.uid !== target.metadata.uid) return;
      this.#target = await agent.client.updateStatus(Pod, latest, { ...latest.status, ...status });
    }
  }

  /** All containers have been stopped. Deletes a Pod that is being deleted; true when the kubelet may forget it. */
  async finish(record: PodRecord): Promise<boolean> {
    const { agent, pod } = this;
    if (!pod) return true;
    if (!pod.metadata.deletionTimestamp) return false;
    if (record.deleted) return false;
    await agent.client.delete(Pod, { namespace: this.namespace, name: this.name }, { gracePeriodSeconds: 0, uid: pod.metadata.uid });
    record.deleted = true;
    return (pod.metadata.finalizers ?? []).length === 0;
  }

  /** The static Pod's image in the API; made anew when its manifest has changed. Undefined while nobody serves the API. */
  async #mirror(manifest: Pod): Promise<Pod | undefined> {
    const { agent, namespace, name } = this;
    const hash = manifest.metadata.annotations?.[HASH] ?? '';
    try {
      const known = await agent.client.get(Pod, { namespace, name });
      if (known?.metadata.annotations?.[MIRROR] === hash && !known.metadata.deletionTimestamp) return known;
      if (known) await agent.client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 0, uid: known.metadata.uid });
      const node = await agent.client.get(Node, { name: agent.node });
      if (!node) return undefined;
      const { labels, annotations } = manifest.metadata;
      return await agent.client.create(Pod, {
        metadata: {
          name,
          namespace,
          ...(labels ? { labels } : {}),
          annotations: { ...annotations, [MIRROR]: hash },
          ownerReferences: [{ apiVersion: 'v1', controller: true, kind: 'Node', name: agent.node, uid: node.metadata.uid }],
        },
        spec: manifest.spec,
      });
    } catch (error) {
      if (error instanceof DialError || error instanceof StatusError) return undefined;
      throw error;
    }
  }
}
