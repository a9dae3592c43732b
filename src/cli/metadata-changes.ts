// `KEY=VALUE` and `KEY-` words of label and annotate, and what they do to an object.

import { localMode, sendChange } from './changed-locally.ts';
import { eachTarget } from './each-target.ts';
import { resultPrinter } from './print-result.ts';
import type { BuilderOptions } from './resources/builder.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export interface Wording {
  field: 'labels' | 'annotations';
  /** `label`, `annotation` */
  noun: string;
  /** The files that --local wants, as the verb names them. */
  example: string;
  added: string;
  removed: string;
  both: string;
  nothing: string;
  check(key: string, value: string): void;
}

interface Changes {
  resources: readonly string[];
  set: Readonly<Record<string, string>>;
  remove: readonly string[];
}

export async function changeMetadata(context: VerbContext, wording: Wording): Promise<number> {
  const { flags } = context;
  const { local, dryRun } = localMode(context);
  const changes = parseWords(context.args, wording);
  const listing = flags.bool('list');
  const fromFiles = flags.list('filename').length > 0 || flags.string('kustomize') !== '';
  if (local && !fromFiles) {
    throw new KubectlError(
      `can only use local files by -f ${wording.example}.yaml or --filename=${wording.example}.json when --local=true is set`,
    );
  }
  if (changes.resources.length < 1 && !fromFiles)
    throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (!listing && Object.keys(changes.set).length === 0 && changes.remove.length === 0)
    throw new KubectlError(`at least one ${wording.noun} update is required`);
  if (flags.bool('all') && flags.string('selector')) throw new KubectlError('cannot set --all and --selector at the same time');
  const print = await resultPrinter(context, { dryRun });
  const options: BuilderOptions = {
    files: true,
    args: changes.resources,
    allowAll: flags.bool('all'),
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
    fetch: true,
    enforceNamespace: true,
    local,
  };
  await eachTarget(context, options, async (found) => {
    const info =
      local || !found.source
        ? found
        : { ...found, object: await (await import('./rest.ts')).getObject(context, found.mapping, found.namespace, found.name) };
    const current = info.object?.metadata[wording.field] ?? {};
    if (!listing && !flags.bool('overwrite')) refuseOverwrite(current, changes, wording, info.name);
    for (const key of changes.remove) {
      if (!Object.hasOwn(current, key) && wording.field === 'labels') context.out(`label "${key}" not found.`);
    }
    const { object, changed } = await sendChange(
      context,
      info,
      dryRun,
      (draft) => {
        const values: Record<string, string> = { ...current, ...changes.set };
        for (const key of changes.remove) delete values[key];
        if (Object.keys(values).length > 0) draft.metadata[wording.field] = values;
        else if (Object.keys(current).length > 0) delete draft.metadata[wording.field];
        if (flags.string('resource-version')) draft.metadata.resourceVersion = flags.string('resource-version');
      },
      local,
    );
    if (listing) {
      for (const [key, value] of Object.entries(object.metadata[wording.field] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
        context.out(`${key}=${value}`);
      return;
    }
    await print(info.mapping, object, operation(wording, current, changes, changed));
  });
  return 0;
}

function operation(wording: Wording, current: Readonly<Record<string, string>>, { set, remove }: Changes, changed: boolean): string {
  if (!changed) return wording.nothing;
  const adds = Object.entries(set).some(([key, value]) => current[key] !== value);
  const removes = remove.some((key) => Object.hasOwn(current, key));
  return adds && removes ? wording.both : removes ? wording.removed : wording.added;
}

function refuseOverwrite(current: Readonly<Record<string, string>>, { set }: Changes, { field }: Wording, _name: string): void {
  for (const [key, value] of Object.entries(set)) {
    const old = current[key];
    if (old === undefined || (field === 'labels' && old === value)) continue;
    throw new KubectlError(
      field === 'labels'
        ? `'${key}' already has a value (${old}), and --overwrite is false`
        : `--overwrite is false but found the following declared annotation(s): '${key}' already has a value (${old})`,
    );
  }
}

function parseWords(args: readonly string[], wording: Wording): Changes {
  const first = args.findIndex((arg) => arg.includes('=') || (arg.endsWith('-') && arg.length > 1));
  const resources = first < 0 ? args : args.slice(0, first);
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of first < 0 ? [] : args.slice(first)) {
    const equals = word.indexOf('=');
    if (equals > 0) {
      const [key, value] = [word.slice(0, equals), word.slice(equals + 1)];
      wording.check(key, value);
      set[key] = value;
    } else if (word.endsWith('-') && word.length > 1) {
      remove.push(word.slice(0, -1));
    } else {
      throw new KubectlError(wording.field === 'labels' ? `unknown label spec: ${word}` : `invalid annotation format: ${word}`);
    }
  }
  for (const key of remove) {
    if (Object.hasOwn(set, key)) {
      throw new KubectlError(
        wording.field === 'labels'
          ? 'can not both modify and remove a label in the same command'
          : `can not both modify and remove the following annotation(s) in the same command: ${key}`,
      );
    }
  }
  return { resources, set, remove };
}
