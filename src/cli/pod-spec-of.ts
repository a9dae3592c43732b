// The Pod spec inside a Pod or a workload, for the verbs that change containers.
import type { V1Container, V1PodSpec } from '../api/generated/types.ts';
import type { KubeObject } from '../machinery/object.ts';
import { KubectlError } from './verb.ts';

const NO_TEMPLATE = 'the object is not a pod or does not have a pod template';

/** Of a draft, so that changes of it are changes of the object. */
export function podSpecOf(object: KubeObject): V1PodSpec {
  const spec = object.spec as
    | (V1PodSpec & { template?: { spec?: V1PodSpec }; jobTemplate?: { spec?: { template?: { spec?: V1PodSpec } } } })
    | undefined;
  const found = object.kind === 'Pod' ? spec : object.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template?.spec : spec?.template?.spec;
  if (!found?.containers) {
    const group = object.apiVersion.includes('/') ? object.apiVersion.replace('/', '.') : object.apiVersion;
    throw new KubectlError(
      `${object.kind.toLowerCase()}/${object.metadata.name} ${NO_TEMPLATE}: *${group.split('.').at(-1) ?? 'v1'}.${object.kind}`,
    );
  }
  return found;
}

/** Containers by kubectl's patterns: `*` stands for any run of letters. */
export function selectContainers(containers: readonly V1Container[] | undefined, pattern: string): V1Container[] {
  const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`);
  return (containers ?? []).filter(({ name }) => expression.test(name));
}
