// `set env`.
import type { V1EnvVar } from '../../../api/generated/types.ts';
import { badEnvName } from '../../key-sources.ts';
import { podSpecOf, selectContainers } from '../../pod-spec-of.ts';
import { getObject } from '../../rest.ts';
import { setOn, splitChanges } from '../../set-resources.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../verb.ts';

export const setEnv = defineVerb({
  short: 'Set and remove environment variables of containers',
  examples: [
    { about: 'Set', command: 'kubectl set env deployment/web MODE=debug' },
    { about: 'Remove', command: 'kubectl set env deployment/web MODE-' },
    { about: 'Show', command: 'kubectl set env deployment/web --list' },
  ],
  flags: {
    containers: 'Names of the containers; * stands for any run of letters.',
    list: 'Show the variables.',
    overwrite: 'Change variables that are there already.',
  },
  async run(context) {
    const { flags, args } = context;
    const { resources, changes } = splitChanges(args);
    if (resources.length === 0 && flags.list('filename').length === 0)
      throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
    if (flags.list('keys').length > 0 && !flags.string('from'))
      throw new KubectlError('when specifying --keys, a configmap or secret must be provided with --from');
    const { set: given, remove } = parsed(context, [...flags.list('env'), ...changes]);
    const set = [...given, ...(flags.string('from') ? await fromObject(context, flags.string('from')) : [])];
    if (flags.bool('list')) return list(context, resources);
    return setOn(context, {
      resources,
      operation: 'env updated',
      change(draft) {
        const spec = podSpecOf(draft);
        const pattern = flags.string('containers') || '*';
        const containers = [...selectContainers(spec.initContainers, pattern), ...selectContainers(spec.containers, pattern)];
        if (containers.length === 0)
          throw new KubectlError(
            `${draft.kind.toLowerCase()}/${draft.metadata.name} does not have any containers matching ${JSON.stringify(pattern)}`,
          );
        for (const container of containers) {
          const env = (container.env ?? []).filter(({ name }) => !remove.includes(name));
          for (const variable of set) {
            const at = env.findIndex(({ name }) => name === variable.name);
            if (at < 0) env.push(variable);
            else if (!flags.bool('overwrite'))
              throw new KubectlError(`'${variable.name}' already has a value (${env[at]?.value ?? ''}), and --overwrite is false`);
            else env[at] = variable;
          }
          if (env.length > 0) container.env = env;
          else delete container.env;
        }
      },
    });
  },
});

/** One variable for each key of a config map or secret. */
async function fromObject(context: VerbContext, text: string): Promise<V1EnvVar[]> {
  const { flags } = context;
  const [type = '', name = ''] = text.split('/');
  if (!/^(configmaps?|cm|secrets?)$/.test(type) || !name) throw new KubectlError('unsupported resource specified in --from');
  const mapping = await context.mapper.byResource(type);
  const object = await getObject(context, mapping, context.namespace, name);
  const ref = mapping.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef';
  const keys = Object.keys((object.data ?? {}) as object).filter(
    (key) => flags.list('keys').length === 0 || flags.list('keys').includes(key),
  );
  return keys.sort().map((key) => {
    const plain = key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
    if (plain !== key) context.err(`Warning: key ${key} transferred to ${plain}`);
    return { name: `${flags.string('prefix')}${plain}`, valueFrom: { [ref]: { name, key } } };
  });
}

function parsed({ env }: VerbContext, words: readonly string[]): { set: V1EnvVar[]; remove: string[] } {
  const set: V1EnvVar[] = [];
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0 && word.endsWith('-')) remove.push(word.slice(0, -1));
    else if (equals < 0) {
      const value = env[word];
      if (value === undefined) throw new KubectlError(`unknown environment variable: ${word}`);
      set.push({ name: word, value });
    } else {
      const name = word.slice(0, equals);
      const problem = badEnvName(name);
      if (problem) throw new KubectlError(problem);
      set.push({ name, value: word.slice(equals + 1) });
    }
  }
  if (set.some(({ name }) => remove.includes(name)))
    throw new KubectlError('can not both modify and remove the same environment variable in the same command');
  return { set, remove };
}

async function list(context: VerbContext, resources: readonly string[]): Promise<number> {
  const options = {
    files: true,
    args: resources,
    allowAll: context.flags.bool('all'),
    labelSelector: context.flags.string('selector'),
    fetch: true,
    enforceNamespace: true,
  };
  for (const info of await context.builder().infos(options)) {
    if (!info.object) continue;
    const spec = podSpecOf(info.object);
    for (const container of selectContainers(spec.containers, context.flags.string('containers') || '*')) {
      context.out(`# ${info.mapping.kind} ${info.name}, container ${container.name}`);
      for (const { name, value = '', valueFrom } of container.env ?? []) {
        if (!valueFrom) context.out(`${name}=${value}`);
        else if (valueFrom.secretKeyRef)
          context.out(`# ${name} from secret ${valueFrom.secretKeyRef.name ?? ''}, key ${valueFrom.secretKeyRef.key}`);
        else if (valueFrom.configMapKeyRef)
          context.out(`# ${name} from configmap ${valueFrom.configMapKeyRef.name ?? ''}, key ${valueFrom.configMapKeyRef.key}`);
        else if (valueFrom.fieldRef) context.out(`# ${name} from field path ${valueFrom.fieldRef.fieldPath}`);
        else if (valueFrom.resourceFieldRef) context.out(`# ${name} from resource ${valueFrom.resourceFieldRef.resource}`);
      }
    }
  }
  return 0;
}
