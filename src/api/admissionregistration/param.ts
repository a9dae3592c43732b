// The parameters of admission policies and their bindings, as tables show them.
import { selectorText } from '../../machinery/label-selector.ts';
import type { V1ParamKind, V1ParamRef } from '../generated/types.ts';

export const paramKind = (kind: V1ParamKind | undefined): string => (kind ? `${kind.apiVersion}/${kind.kind}` : '<unset>');

export function paramRef(reference: V1ParamRef | undefined): string {
  if (reference?.name) return `${reference.namespace ?? '*'}/${reference.name}`;
  return (reference?.selector && selectorText(reference.selector)) || '<unset>';
}
