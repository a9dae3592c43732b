// `taint`.
import type { V1Node, V1Taint } from '../../api/generated/types.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { resultPrinter } from '../print-result.ts';
import { patchObject } from '../rest.ts';
import { defineVerb, KubectlError } from '../verb.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export const taint = defineVerb({
  short: 'Set and remove taints of nodes',
  examples: [
    { about: 'Keep Pods away that do not tolerate it', command: 'kubectl taint nodes node01 dedicated=web:NoSchedule' },
    { about: 'Remove it again', command: 'kubectl taint nodes node01 dedicated=web:NoSchedule-' },
    { about: 'Remove every taint of a key', command: 'kubectl taint nodes node01 dedicated-' },
  ],
  flags: { overwrite: 'Change taints that are there already.', all: 'All nodes.' },
  async run(context) {
    const { flags, args } = context;
    const first = args.findIndex((arg) => /[=:]/.test(arg) || arg.endsWith('-'));
    const [type = '', ...names] = first < 0 ? args : args.slice(0, first);
    const specs = first < 0 ? [] : args.slice(first);
    const late = specs.find((spec) => !/[=:]/.test(spec) && !spec.endsWith('-'));
    if (late !== undefined) throw new KubectlError(`all resources must be specified before taint changes: ${late}`);
    if (!type) throw new KubectlError('one or more resources must be specified as <resource> <name>');
    if (specs.length === 0) throw new KubectlError('at least one taint update is required');
    const { add, remove } = parsed(specs);
    if ((await context.mapper.byResource(type)).kind !== 'Node')
      throw new KubectlError(`invalid resource type ${type.toLowerCase()}, only node types are supported`);
    const both = remove.filter((one) => add.some(({ key, effect }) => key === one.key && (!one.effect || effect === one.effect)));
    if (both.length > 0) {
      const shown = both.map(({ key, effect = '' }) => `${key}=${effect}`).join(', ');
      throw new KubectlError(`can not both modify and remove the following taint(s) in the same command: ${shown}`);
    }
    if (flags.bool('all') && flags.string('selector'))
      throw new KubectlError("setting 'all' parameter with a non empty selector is prohibited");
    if (!flags.bool('all') && !flags.string('selector') && names.length === 0)
      throw new KubectlError("at least one resource name must be specified since 'all' parameter is not set");
    const dryRun = dryRunOf(context);
    const print = await resultPrinter(context, { dryRun });
    const options = { args: ['nodes', ...names], allowAll: flags.bool('all'), labelSelector: flags.string('selector'), fetch: true };
    await eachTarget(context, options, async (info) => {
      const old = (info.object as unknown as V1Node).spec?.taints ?? [];
      const { taints, operation } = changed(info.name, old, add, remove, flags.bool('overwrite'));
      const patch = { spec: { taints: taints.length > 0 ? taints : null } };
      const node =
        dryRun === 'client'
          ? info.object
          : await patchObject(
              context,
              info.mapping,
              undefined,
              info.name,
              'strategic',
              patch,
              writeOptions(context, dryRun, { validate: true }),
            );
      await print(info.mapping, node ?? {}, operation);
    });
    return 0;
  },
});

function parsed(specs: readonly string[]): { add: V1Taint[]; remove: Partial<V1Taint>[] } {
  const add: V1Taint[] = [];
  const remove: Partial<V1Taint>[] = [];
  const usage = { usage: true };
  for (const spec of specs) {
    const removing = spec.endsWith('-');
    const [keyValue = '', effect = '', ...more] = (removing ? spec.slice(0, -1) : spec).split(':');
    // Without an effect nothing tells a value from the key.
    const [key = '', value, ...rest] = effect || removing ? keyValue.split('=') : [keyValue];
    if (more.length > 0 || rest.length > 0) throw new KubectlError(`invalid taint spec: ${spec}`, usage);
    const name = key.slice(key.lastIndexOf('/') + 1);
    if (!NAME.test(name)) {
      throw new KubectlError(
        `invalid taint spec: ${spec}, name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
        usage,
      );
    }
    if (effect && !EFFECTS.includes(effect)) throw new KubectlError(`invalid taint effect: ${effect}, unsupported taint effect`, usage);
    if (removing) remove.push({ key, ...(value === undefined ? {} : { value }), ...(effect ? { effect } : {}) });
    else {
      if (!effect) throw new KubectlError(`invalid taint spec: ${spec}`, usage);
      if (add.some((one) => one.key === key && one.effect === effect)) {
        throw new KubectlError(`duplicated taints with the same key and effect: {${key} ${value ?? ''} ${effect} <nil>}`, usage);
      }
      add.push({ key, ...(value ? { value } : {}), effect });
    }
  }
  return { add, remove };
}

function changed(
  node: string,
  old: readonly V1Taint[],
  add: readonly V1Taint[],
  remove: readonly Partial<V1Taint>[],
  overwrite: boolean,
): { taints: V1Taint[]; operation: string } {
  const clash = add.filter((one) => old.some((other) => other.key === one.key && other.effect === one.effect));
  if (clash.length > 0 && !overwrite)
    throw new KubectlError(
      `node ${node} already has ${clash.map(({ key }) => key).join(',')} taint(s) with same effect(s) and --overwrite is false`,
    );
  let taints = old.filter((one) => !add.some((other) => other.key === one.key && other.effect === one.effect));
  for (const spec of remove) {
    const rest = taints.filter((one) => one.key !== spec.key || (spec.effect !== undefined && one.effect !== spec.effect));
    if (rest.length === taints.length) throw new KubectlError(`taint "${spec.key}${spec.effect ? `:${spec.effect}` : ''}" not found`);
    taints = rest;
  }
  const operation =
    add.length > 0 && remove.length > 0 ? 'modified' : add.length === 0 ? 'untainted' : clash.length > 0 ? 'modified' : 'tainted';
  return { taints: [...add, ...taints], operation };
}
