// `kubectl __complete WORD… CURRENT`: what the current word may become, one per line. Commands, flags, types of resources, names.
import type { LocalContext } from './context.ts';
import { FlagSet, findCommand, parseCommandLine } from './flags/parse.ts';
import { commandFact, commandPaths, globalFlags, localFlags } from './flags/surface.ts';
import { resourcePath } from './resources/mapper.ts';

type MakeContext = (argv: readonly string[]) => Promise<{ context: LocalContext; finish(): Promise<void> }>;

/** Verbs whose arguments are TYPE NAME. */
const typed = new Set(
  'annotate,autoscale,delete,describe,edit,expose,get,label,patch,scale,wait,rollout history,rollout pause,rollout restart,rollout resume,rollout status,rollout undo,set image,set env,set resources'.split(
    ',',
  ),
);
/** Verbs whose first argument is a name of one type. */
const named: Readonly<Record<string, string>> = {
  attach: 'pods',
  cordon: 'nodes',
  drain: 'nodes',
  exec: 'pods',
  logs: 'pods',
  'port-forward': 'pods',
  'top node': 'nodes',
  'top pod': 'pods',
  uncordon: 'nodes',
  debug: 'pods',
};

export async function complete(
  program: string,
  words: readonly string[],
  has: (path: string) => boolean,
  make: MakeContext,
): Promise<string[]> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const { path } = findCommand(program, before);
  const flags = [...(path ? localFlags(program, path) : []), ...globalFlags()];
  const set = new FlagSet(flags);
  if (current.startsWith('-') && !current.includes('=')) {
    return matching(
      flags.filter(({ hidden }) => !hidden).map(({ name, alone }) => `--${name}${alone === undefined ? '=' : ''}`),
      current,
    );
  }
  const last = before.at(-1) ?? '';
  const pending = last.startsWith('--') ? set.named(last.slice(2)) : /^-[a-zA-Z]$/.test(last) ? set.lettered(last.slice(1)) : undefined;
  if (pending && pending.alone === undefined && !last.includes('=')) {
    if (pending.name === 'namespace') return namesOf(make, before.slice(0, -1), 'namespaces', current);
    return pending.name === 'output' ? matching(['json', 'yaml', 'wide', 'name', 'jsonpath=', 'custom-columns='], current) : [];
  }
  const below = commandPaths(program).filter(
    (one) => one.startsWith(path ? `${path} ` : '') && has(one) && !commandFact(program, one)?.hidden,
  );
  const subcommands = below.map((one) => one.slice(path ? path.length + 1 : 0)).filter((one) => one !== '' && !one.includes(' '));
  const { args } = parseCommandLine(program, before);
  if (subcommands.length > 0 && args.length === 0) return matching(subcommands, current);
  const onlyType = named[path];
  if (onlyType !== undefined) return args.length === 0 ? namesOf(make, before, onlyType, current) : [];
  if (!typed.has(path)) return [];
  const [type] = args;
  if (type !== undefined && !type.includes('/')) return namesOf(make, before, type, current);
  const slash = current.indexOf('/');
  if (slash > 0) {
    const prefix = current.slice(0, slash);
    return (await namesOf(make, before, prefix, current.slice(slash + 1))).map((name) => `${prefix}/${name}`);
  }
  const { builtinKinds } = await import('../api/index.ts');
  return matching(
    [
      ...new Set(
        builtinKinds().map(({ names }) =>
          names.group && !names.group.includes('.') ? names.plural : names.group ? `${names.plural}.${names.group}` : names.plural,
        ),
      ),
    ],
    current,
  );
}

const matching = (words: readonly string[], current: string): string[] => words.filter((word) => word.startsWith(current)).sort();

async function namesOf(make: MakeContext, argv: readonly string[], type: string, current: string): Promise<string[]> {
  const { context, finish } = await make(argv);
  const mapping = await context.mapper.byResource(type);
  const { body } = await context.client.request({
    method: 'GET',
    path: resourcePath(mapping, mapping.namespaced ? context.namespace : undefined),
  });
  await finish();
  return matching(
    (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name),
    current,
  );
}
