// intstr.GetScaledValueFromIntOrPercent: a number, or a share of a total.

export function resolveIntOrPercent(
  value: number | string | undefined,
  total: number,
  round: 'up' | 'down',
  fallback: number | string = 0,
): number {
  const chosen = value ?? fallback;
  if (typeof chosen === 'number') return chosen;
  const percent = Number(/^(\d+)%$/.exec(chosen)?.[1] ?? 0);
  return round === 'up' ? Math.ceil((total * percent) / 100) : Math.floor((total * percent) / 100);
}
