// The rules of `create role` and `create clusterrole`: resources by the mapper, verbs, names.
import type { V1PolicyRule } from '../../../api/generated/types.ts';
import type { Mapping } from '../../resources/mapper.ts';
import { KubectlError, type VerbContext } from '../../verb.ts';

/** One rule for each API group, in the order in which the groups come. */
export async function rulesFor(context: VerbContext): Promise<V1PolicyRule[]> {
  const { flags } = context;
  const verbs = verbsOf(context);
  const names = [...new Set(flags.list('resource-name'))];
  const byGroup = new Map<string, string[]>();
  for (const text of flags.list('resource')) {
    const { group, resource } = await resolved(context, text);
    const resources = byGroup.get(group) ?? [];
    if (!resources.includes(resource)) resources.push(resource);
    byGroup.set(group, resources);
  }
  if (names.length > 0 && [...byGroup.values()].flat().length > 1)
    throw new KubectlError('resourceName(s) can not be applied to multiple resources');
  return [...byGroup].map(([group, resources]) => ({
    verbs,
    apiGroups: [group],
    resources,
    ...(names.length > 0 ? { resourceNames: names } : {}),
  }));
}

/** `*` stands for all verbs, whatever else is given. */
export function verbsOf({ flags }: VerbContext): string[] {
  const verbs = [...new Set(flags.list('verb').filter((verb) => verb !== ''))];
  return verbs.includes('*') ? ['*'] : verbs;
}

async function resolved(context: VerbContext, text: string): Promise<{ group: string; resource: string }> {
  const [type = '', subresource] = splitOnce(text, '/');
  if (type === '*') return { group: '*', resource: '*' };
  const mapping = await known(context, type);
  return { group: mapping.group, resource: subresource ? `${mapping.resource}/${subresource}` : mapping.resource };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The generators of roles pass the mapper's complaint on without the usual prefix. */
async function known(context: VerbContext, type: string): Promise<Mapping> {
  try {
    return await context.mapper.byResource(type);
  } catch (error) {
    if (error instanceof KubectlError) throw new KubectlError(error.message, { bare: true });
    throw error;
  }
}
