// From a key of etcd to the resource that loops watch.
import { builtinKinds } from '../api/index.ts';

let byPrefix: Map<string, string> | undefined;

/**
 * `/registry/pods/default/web` is `pods`. Custom resources are filed under their group: `/registry/<group>/<plural>/…` is
 * `<plural>.<group>`. Undefined for keys that are no objects.
 */
export function resourceOfKey(key: string): string | undefined {
  byPrefix ??= new Map(builtinKinds().map((kind) => [kind.etcdPrefix, kind.resource]));
  const first = key.indexOf('/', '/registry/'.length);
  const second = key.indexOf('/', first + 1);
  const builtin = byPrefix.get(key.slice(0, first + 1)) ?? (second > 0 ? byPrefix.get(key.slice(0, second + 1)) : undefined);
  if (builtin) return builtin;
  const [, , group = '', plural = ''] = key.split('/');
  return group.includes('.') && plural ? `${plural}.${group}` : undefined;
}
