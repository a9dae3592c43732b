// kubectl config use-context
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, goList, usageThenError } from './edit.ts';

export const useContext = defineVerb({
  short: 'Choose the current context',
  examples: [{ about: 'Work in the context named exam from now on', command: 'kubectl config use-context exam' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (name === undefined || rest.length > 0) return usageThenError(context, `Unexpected args: ${goList(context.args)}`);
    if (name === '') throw new KubectlError('empty context names are not allowed');
    await editConfig(context, (config) => {
      if (!config.contexts.has(name)) throw new KubectlError(`no context exists with the name: "${name}"`);
      config.currentContext = name;
    });
    context.out(`Switched to context "${name}".`);
    return 0;
  },
});
