// kubectl config set-context
import type { Context } from '../../../client/kubeconfig.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, goList, newStanza, usageThenError } from './edit.ts';

export const setContext = defineVerb({
  short: 'Add a context or change one',
  long: 'Adds a context to the kubeconfig, or changes the given fields of one that is there and leaves the others.',
  examples: [
    { about: 'Make dev the namespace of the current context', command: 'kubectl config set-context --current --namespace=dev' },
    { about: 'Change the user of the context exam', command: 'kubectl config set-context exam --user=alice' },
  ],
  flags: {
    cluster: "The context's cluster.",
    current: 'Change the current context.',
    namespace: "The context's namespace.",
    user: "The context's user.",
  },
  async run(context) {
    const { args, flags } = context;
    const [given = '', ...rest] = args;
    if (rest.length > 0) return usageThenError(context, `Unexpected args: ${goList(args)}`);
    const current = flags.bool('current');
    if (given === '' && !current) throw new KubectlError('you must specify a non-empty context name or --current');
    if (given !== '' && current) throw new KubectlError('you cannot specify both a context name and --current');
    const changed = await editConfig(context, (config) => {
      const name = current ? config.currentContext : given;
      if (name === '') throw new KubectlError('no current context is set');
      const existed = config.contexts.has(name);
      const entry = config.contexts.get(name) ?? newStanza<Context>({});
      config.contexts.set(name, entry);
      for (const field of ['cluster', 'user', 'namespace'] as const) {
        const text = flags.string(field);
        if (!flags.given(field)) continue;
        if (text === '' && field === 'namespace') delete entry.value.namespace;
        else entry.value[field] = text;
      }
      return { name, existed };
    });
    context.out(`Context "${changed.name}" ${changed.existed ? 'modified' : 'created'}.`);
    return 0;
  },
});
