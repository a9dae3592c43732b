// The hash that names what a template makes: pod-template-hash, controller-revision-hash. Ours is over canonical JSON, theirs over a
// dump of Go values; both look alike.
import { hash32 } from '../machinery/random.ts';

/** Kubernetes' rand.SafeEncodeString alphabet. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** @param collisionCount what the workload's status counts, to find another name when one is taken */
export function templateHash(template: unknown, collisionCount = 0): string {
  const digits = String(hash32(canonical(template), collisionCount));
  return [...digits].map((digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join('');
}

/** JSON with sorted keys and without absent fields. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}
