// kubectl api-resources: what discovery lists, in each group's preferred version.
import { goJsonIndented } from '../printers/go-json.ts';
import { align } from '../printers/table.ts';
import { preferred } from '../resources/discovery.ts';
import type { Mapping } from '../resources/mapper.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

const formats = ['json', 'kyaml', 'name', 'wide', 'yaml'];

export const apiResources = defineVerb({
  short: 'List the kinds of resources that the server has',
  examples: [
    { about: 'Names, short names, versions and kinds', command: 'kubectl api-resources' },
    {
      about: 'Names alone, of what lives in namespaces and can be listed',
      command: 'kubectl api-resources --namespaced --verbs=list -o name',
    },
    { about: 'One API group', command: 'kubectl api-resources --api-group=apps' },
  ],
  flags: {
    'api-group': 'Only resources of this API group.',
    cached: 'Use the cached list where there is one.',
    categories: 'Only resources that belong to all of these categories.',
    namespaced: 'Only resources that live in namespaces; false for those that do not.',
    'no-headers': 'Leave the headers out.',
    output: `One of: (${formats.join(', ')}).`,
    'sort-by': 'Sort by name or kind.',
    verbs: 'Only resources that support all of these verbs.',
  },
  async run(context) {
    const { args, flags, mapper, out, write } = context;
    if (args.length > 0) throw new KubectlError(`unexpected arguments: [${args.join(' ')}]`, { usage: true });
    const output = flags.string('output');
    if (output !== '' && !formats.includes(output)) {
      throw new KubectlError(
        `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: ${formats.join(',')}`,
      );
    }
    if (!['', 'name', 'kind'].includes(flags.string('sort-by'))) throw new KubectlError('--sort-by accepts only name or kind');
    const resources = sorted(
      preferred(await mapper.all()).filter((one) => wanted(context, one)),
      flags.string('sort-by'),
    );
    if (output === 'name') for (const one of resources) out(one.group ? `${one.resource}.${one.group}` : one.resource);
    else if (output === '' || output === 'wide') write(table(resources, output === 'wide', flags.bool('no-headers')));
    else {
      const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: '', resources: resources.map(entry) };
      if (output === 'json') out(goJsonIndented(list, false));
      else if (output === 'yaml') write((await import('../../machinery/yaml-write.ts')).writeYaml(list));
      else write((await import('../printers/kyaml.ts')).kyaml(list));
    }
    return 0;
  },
});

function wanted({ flags }: VerbContext, one: Mapping): boolean {
  if (one.verbs.length === 0) return false;
  if (flags.given('api-group') && one.group !== flags.string('api-group')) return false;
  if (flags.given('namespaced') && one.namespaced !== flags.bool('namespaced')) return false;
  return (
    flags.list('verbs').every((verb) => one.verbs.includes(verb)) &&
    flags.list('categories').every((category) => one.categories.includes(category))
  );
}

function sorted(resources: readonly Mapping[], by: string): Mapping[] {
  const key = (one: Mapping): string => (by === 'name' ? one.resource : by === 'kind' ? one.kind : `${one.group}\0${one.resource}`);
  return [...resources].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

const versionOf = ({ group, version }: Mapping): string => (group ? `${group}/${version}` : version);

function table(resources: readonly Mapping[], wide: boolean, noHeaders: boolean): string {
  if (resources.length === 0) return '';
  const rows = resources.map((one) => [
    one.resource,
    one.shortNames.join(','),
    versionOf(one),
    String(one.namespaced),
    one.kind,
    ...(wide ? [[...one.verbs].sort().join(','), one.categories.join(',')] : []),
  ]);
  const headers = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
  return align(noHeaders ? rows : [headers, ...rows]);
}

function entry(one: Mapping): object {
  return {
    name: one.resource,
    singularName: one.singular,
    namespaced: one.namespaced,
    ...(one.group ? { group: one.group } : {}),
    version: one.version,
    kind: one.kind,
    verbs: one.verbs,
    ...(one.shortNames.length > 0 ? { shortNames: one.shortNames } : {}),
    ...(one.categories.length > 0 ? { categories: one.categories } : {}),
  };
}
