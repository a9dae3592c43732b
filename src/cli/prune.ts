// `apply --prune`: deletes what was applied before, carries the labels, and was not in these files.
import type { KubeObject } from '../machinery/object.ts';
import { type DryRun, dryRunOf } from './dry-run.ts';
import { LAST_APPLIED } from './last-applied.ts';
import type { ResultPrinter } from './print-result.ts';
import type { Mapping } from './resources/mapper.ts';
import { deleteObject, listObjects } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** What is pruned when --prune-allowlist does not say. */
const DEFAULT = [
  'core/v1/ConfigMap',
  'core/v1/Endpoints',
  'core/v1/PersistentVolumeClaim',
  'core/v1/Pod',
  'core/v1/ReplicationController',
  'core/v1/Secret',
  'core/v1/Service',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'networking.k8s.io/v1/Ingress',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
  'core/v1/Namespace',
  'core/v1/PersistentVolume',
];

export interface Applied {
  uids: ReadonlySet<string>;
  namespaces: ReadonlySet<string>;
}

export async function pruneOthers(context: VerbContext, applied: Applied, propagation: string, print: ResultPrinter): Promise<void> {
  const dryRun = dryRunOf(context);
  const mappings = await allowed(context);
  const places = (mapping: Mapping): (string | undefined)[] => (mapping.namespaced ? [...applied.namespaces] : [undefined]);
  for (const namespaced of [true, false]) {
    for (const mapping of mappings.filter((one) => one.namespaced === namespaced))
      for (const namespace of places(mapping)) await pruneIn(context, mapping, namespace, applied, propagation, dryRun, print);
  }
}

async function pruneIn(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  { uids }: Applied,
  propagation: string,
  dryRun: DryRun,
  print: ResultPrinter,
): Promise<void> {
  const found = await listObjects(context, mapping, namespace, { labelSelector: context.flags.string('selector') || undefined });
  for (const object of found as readonly KubeObject[]) {
    const { uid, name, annotations } = object.metadata;
    if (annotations?.[LAST_APPLIED] === undefined || uids.has(uid ?? '')) continue;
    if (dryRun !== 'client') {
      const grace = context.flags.int('grace-period');
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagation,
        ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
        ...(dryRun === 'server' ? { dryRun: ['All'] } : {}),
      };
      await deleteObject(context, mapping, namespace, name, body, { dryRunServer: dryRun === 'server' });
    }
    await print(mapping, object, 'pruned');
  }
}

async function allowed(context: VerbContext): Promise<Mapping[]> {
  const given = context.flags.list('prune-allowlist');
  const mappings: Mapping[] = [];
  for (const text of given.length > 0 ? given : DEFAULT) {
    const [group = '', version = '', kind = '', ...more] = text.split('/');
    if (!kind || more.length > 0) throw new KubectlError(`invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`);
    const apiVersion = group === 'core' ? version : `${group}/${version}`;
    const mapping = await context.mapper.byKind(apiVersion, kind);
    if (!mapping) {
      throw new KubectlError(
        `error retrieving RESTMappings to prune: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`,
      );
    }
    mappings.push(mapping);
  }
  return mappings;
}
