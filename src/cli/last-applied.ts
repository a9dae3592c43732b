// The annotation in which client-side apply remembers what it was given (kubectl/pkg/util/apply.go).
import { thaw } from '../machinery/freeze.ts';
import { goJson } from './printers/go-json.ts';
import type { Draft } from './rest.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The annotation's text for an object: its JSON without the annotation itself, keys sorted, as Go marshals a map, and a line end. */
export function lastAppliedText(object: Draft): string {
  const copy = thaw(object);
  copy.metadata.annotations = { ...copy.metadata.annotations };
  delete copy.metadata.annotations[LAST_APPLIED];
  return `${goJson(copy)}\n`;
}

/** A copy of the object that carries the annotation. */
export function withLastApplied(object: Draft): Draft {
  const copy = thaw(object);
  copy.metadata.annotations = { ...copy.metadata.annotations, [LAST_APPLIED]: lastAppliedText(object) };
  return copy;
}

/** Kinds that the API's types know, with patch strategies; custom resources have none. */
export const isBuiltIn = ({ group }: { group: string }): boolean =>
  !group.includes('.') || (group.endsWith('.k8s.io') && !group.startsWith('gateway.'));
