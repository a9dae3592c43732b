// Which container of a Pod a command means: `-c`, the annotation, or the first one with a notice.
import type { V1Pod } from '../api/generated/types.ts';
import { KubectlError, type VerbContext } from './verb.ts';

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** `a, b, debugger (ephem), setup (init)`. */
export function containerList({ spec }: V1Pod): string {
  const names = (list: readonly { name: string }[] | undefined, mark: string): string[] => (list ?? []).map(({ name }) => name + mark);
  return [...names(spec?.containers, ''), ...names(spec?.ephemeralContainers, ' (ephem)'), ...names(spec?.initContainers, ' (init)')].join(
    ', ',
  );
}

export function containerNames({ spec }: V1Pod): string[] {
  return [...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name);
}

export function containerOf(context: VerbContext, pod: V1Pod, wanted: string, quiet: boolean): string {
  const name = pod.metadata?.name ?? '';
  if (wanted) {
    if (!containerNames(pod).includes(wanted))
      throw new KubectlError(`container ${wanted} is not valid for pod ${name} out of: ${containerList(pod)}`);
    return wanted;
  }
  const annotated = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  if (annotated && containerNames(pod).includes(annotated)) return annotated;
  const first = pod.spec?.containers[0]?.name ?? '';
  if (!quiet && containerNames(pod).length > 1) context.err(`Defaulted container ${JSON.stringify(first)} out of: ${containerList(pod)}`);
  return first;
}
