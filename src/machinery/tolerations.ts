// Tolerations against taints, as in k8s.io/component-helpers/scheduling/corev1.
import type { V1Taint, V1Toleration } from '../api/generated/types.ts';

type Taint = Pick<V1Taint, 'key' | 'value' | 'effect'>;

export function tolerates(tolerations: readonly V1Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some((toleration) => matches(toleration, taint));
}

/** An empty effect means all effects; an empty key with Exists means all taints. */
function matches({ key, operator, value, effect }: V1Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  if (!operator || operator === 'Equal') return (value ?? '') === (taint.value ?? '');
  return operator === 'Lt' || operator === 'Gt' ? compares(operator, value, taint.value) : false;
}

/** Numeric tolerations: the taint's value is less or greater than the toleration's. */
function compares(operator: 'Lt' | 'Gt', bound: string | undefined, actual: string | undefined): boolean {
  if (!/^-?\d+$/.test(bound ?? '') || !/^-?\d+$/.test(actual ?? '')) return false;
  return operator === 'Lt' ? BigInt(actual ?? 0) < BigInt(bound ?? 0) : BigInt(actual ?? 0) > BigInt(bound ?? 0);
}
