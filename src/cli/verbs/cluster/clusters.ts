// The clusters that the kubeconfig knows as kubemu's: their stanzas and their state files.
import { join, resolve } from 'node:path';
import { clusterDocument, type Kubeconfig } from '../../../client/kubeconfig.ts';
import type { LocalContext } from '../../context.ts';
import { KubectlError, type VerbContext } from '../../verb.ts';
import { localContext } from '../config/edit.ts';

export interface KnownCluster {
  name: string;
  stateFile: string;
  /** A context that leads to it. */
  context: string | undefined;
  current: boolean;
}

export const DEFAULT_NAME = 'kubernetes';

export function knownClusters(config: Kubeconfig, cwd: string): KnownCluster[] {
  const known: KnownCluster[] = [];
  for (const [name, { value }] of [...config.clusters].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const mark = value.extensions?.find((one) => one.name === 'kubemu')?.extension as { state?: string } | undefined;
    if (!mark?.state) continue;
    const contexts = [...config.contexts].filter(([, entry]) => entry.value.cluster === name).map(([context]) => context);
    const current = contexts.includes(config.currentContext);
    known.push({ name, stateFile: resolve(cwd, mark.state), context: current ? config.currentContext : contexts[0], current });
  }
  return known;
}

/** The named cluster, or the current one. */
export async function clusterNamed(context: VerbContext, name: string | undefined): Promise<KnownCluster> {
  const clusters = knownClusters(await localContext(context).kubeconfig(), context.cwd);
  const found = name === undefined ? clusters.find(({ current }) => current) : clusters.find((one) => one.name === name);
  if (!found)
    throw new KubectlError(
      name === undefined ? 'the current context does not lead to a kubemu cluster' : `no kubemu cluster named ${JSON.stringify(name)}`,
    );
  return found;
}

export function checkClusterName(name: string): void {
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) || name.length > 63)
    throw new KubectlError(`${JSON.stringify(name)} is not a cluster name: it must be a lowercase RFC 1123 label`);
}

export function newStateFile({ configFiles, flags, env, cwd }: LocalContext, name: string): string {
  const given = flags.string('state') || env.KUBEMU_STATE;
  if (given) return resolve(cwd, given);
  return ownStateFile(configFiles.home, name);
}

export const ownStateFile = (home: string, name: string): string =>
  name === DEFAULT_NAME ? join(home, 'cluster.json') : join(home, 'clusters', `${name}.json`);

/** Adds the cluster's stanzas and makes its context current. */
export function register(config: Kubeconfig, name: string, stateFile: string): void {
  const document = clusterDocument(name, stateFile);
  for (const one of document.clusters ?? []) config.clusters.set(one.name, { value: one.cluster ?? {}, file: '' });
  for (const one of document.users ?? []) config.users.set(one.name, { value: one.user ?? {}, file: '' });
  for (const one of document.contexts ?? []) config.contexts.set(one.name, { value: one.context ?? {}, file: '' });
  config.currentContext = document['current-context'];
}

/** Takes away the cluster, the contexts that lead to it, and the users that only they named. */
export function forget(config: Kubeconfig, name: string): void {
  config.clusters.delete(name);
  for (const [context, { value }] of [...config.contexts]) {
    if (value.cluster !== name) continue;
    config.contexts.delete(context);
    if (config.currentContext === context) config.currentContext = '';
    const isShared = [...config.contexts.values()].some((entry) => entry.value.user === value.user);
    if (value.user && !isShared) config.users.delete(value.user);
  }
}
