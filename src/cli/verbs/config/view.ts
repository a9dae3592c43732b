// kubectl config view: the merged kubeconfig, secrets hidden unless --raw.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { copyConfig, type Entry, type Kubeconfig, toDocument } from '../../../client/kubeconfig.ts';
import { printerFor } from '../../printers/index.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { goList, readConfig } from './edit.ts';

export const view = defineVerb({
  short: 'Show the merged kubeconfig',
  long: 'Shows the kubeconfig that is in force, merged from all its files. Certificates, keys, tokens and passwords are hidden unless --raw is given.',
  examples: [
    { about: 'Everything', command: 'kubectl config view' },
    { about: 'The namespace of the current context', command: "kubectl config view --minify -o jsonpath='{..namespace}'" },
  ],
  flags: {
    flatten: 'Put the content of certificate files into the output, so that it stands alone.',
    merge: 'Merge all kubeconfig files.',
    minify: 'Leave out what the current context does not use.',
    raw: 'Show secrets as they are.',
  },
  async run(context) {
    const { args, flags } = context;
    if (args.length > 0) throw new KubectlError(`unexpected arguments: ${goList(args)}`, { usage: true });
    const printer = await printerFor(context, { format: 'yaml', local: true });
    let config = copyConfig(await readConfig(context));
    if (flags.string('context')) config.currentContext = flags.string('context');
    if (flags.bool('minify')) config = minified(config);
    if (flags.bool('flatten')) flatten(config, context.cwd);
    else if (!flags.bool('raw')) redact(config);
    const { apiVersion, clusters, contexts, kind, preferences, users, extensions, ...rest } = toDocument(config);
    printer.print({
      kind,
      apiVersion,
      ...(preferences ? { preferences } : {}),
      clusters,
      users,
      contexts,
      ...rest,
      ...(extensions ? { extensions } : {}),
    });
    return 0;
  },
});

function minified(config: Kubeconfig): Kubeconfig {
  const name = config.currentContext;
  if (!name) throw new KubectlError('current-context must exist in order to minify');
  const context = config.contexts.get(name);
  if (!context) throw new KubectlError(`cannot locate context ${name}`);
  const only = <T>(entries: Map<string, Entry<T>>, key: string | undefined): Map<string, Entry<T>> =>
    new Map([...entries].filter(([one]) => one === key));
  return {
    ...config,
    contexts: only(config.contexts, name),
    clusters: only(config.clusters, context.value.cluster),
    users: only(config.users, context.value.user),
  };
}

function redact(config: Kubeconfig): void {
  for (const { value } of config.clusters.values())
    if (value['certificate-authority-data']) value['certificate-authority-data'] = 'DATA+OMITTED';
  for (const { value } of config.users.values()) {
    for (const field of ['client-certificate-data', 'client-key-data']) if (value[field]) value[field] = 'DATA+OMITTED';
    for (const field of ['token', 'password']) if (value[field]) value[field] = 'REDACTED';
  }
}

function flatten(config: Kubeconfig, cwd: string): void {
  for (const { value, file } of [...config.clusters.values(), ...config.users.values()] as Entry<Record<string, unknown>>[]) {
    for (const field of ['certificate-authority', 'client-certificate', 'client-key']) {
      const path = value[field];
      if (typeof path !== 'string' || path === '') continue;
      try {
        value[`${field}-data`] = readFileSync(resolve(cwd, dirname(file), path)).toString('base64');
      } catch {
        throw new KubectlError(`open ${path}: no such file or directory`);
      }
      delete value[field];
    }
  }
}
