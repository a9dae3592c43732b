// Choosing the default among classes that an annotation marks: the newest, then the first by name.
import type { KubeObject } from '../../machinery/object.ts';

export function defaultClass(classes: Iterable<{ value: KubeObject }>, annotations: readonly string[]): KubeObject | undefined {
  let best: KubeObject | undefined;
  for (const { value } of classes) {
    if (!annotations.some((name) => value.metadata.annotations?.[name] === 'true')) continue;
    if (!best || String(value.metadata.creationTimestamp) > String(best.metadata.creationTimestamp)) best = value;
  }
  return best;
}
