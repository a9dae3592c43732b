// The patch that client-side apply sends for one object.
import type { KubeObject } from '../machinery/object.ts';
import { isBuiltIn, LAST_APPLIED } from './last-applied.ts';
import type { Info } from './resources/builder.ts';
import type { Draft } from './rest.ts';
import { threeWayMergePatch, threeWayStrategicPatch } from './strategic-diff.ts';

type Fields = Record<string, unknown>;

export function patchFor({ mapping }: Info, wanted: Draft, current: KubeObject): { patch: Fields; type: 'strategic' | 'merge' } {
  const text = current.metadata.annotations?.[LAST_APPLIED];
  const original = text ? (JSON.parse(text) as Fields) : {};
  if (isBuiltIn(mapping)) return { patch: threeWayStrategicPatch(mapping.kind, original, wanted, current), type: 'strategic' };
  return { patch: threeWayMergePatch(original, wanted, current as unknown as Fields), type: 'merge' };
}
