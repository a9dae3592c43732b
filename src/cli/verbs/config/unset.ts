// kubectl config unset
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, goList, usageThenError } from './edit.ts';
import { parseProperty, stanzasOf } from './property.ts';

export const unset = defineVerb({
  short: 'Remove one value from the kubeconfig',
  examples: [
    { about: 'Leave no context current', command: 'kubectl config unset current-context' },
    { about: 'Remove the namespace of the context foo', command: 'kubectl config unset contexts.foo.namespace' },
  ],
  async run(context) {
    const { args } = context;
    const [path, ...rest] = args;
    if (path === undefined || rest.length > 0) return usageThenError(context, `Unexpected args: ${goList(args)}`);
    const { section, name, field } = parseProperty(path);
    await editConfig(context, (config) => {
      if (section === 'current-context') config.currentContext = '';
      else if (section === 'preferences') config.preferences = undefined;
      else {
        const stanzas = stanzasOf(config, section);
        if (name === '') stanzas.clear();
        else if (field === '') stanzas.delete(name);
        else {
          const entry = stanzas.get(name);
          if (!entry) throw new KubectlError(`current map key \`${name}\` is invalid`);
          delete entry.value[field];
        }
      }
    });
    context.out(`Property "${path}" unset.`);
    return 0;
  },
});
