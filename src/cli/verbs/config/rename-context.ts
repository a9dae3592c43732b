// kubectl config rename-context
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, goList, shownFile, usageThenError } from './edit.ts';

export const renameContext = defineVerb({
  short: 'Give a context another name',
  examples: [{ about: 'Call the context old by the name new', command: 'kubectl config rename-context old new' }],
  async run(context) {
    const [from, to, ...rest] = context.args;
    if (from === undefined || to === undefined || rest.length > 0)
      return usageThenError(context, `Unexpected args: ${goList(context.args)}`);
    const file = shownFile(context);
    await editConfig(context, (config) => {
      const entry = config.contexts.get(from);
      if (!entry) throw new KubectlError(`cannot rename the context "${from}", it's not in ${file}`);
      if (config.contexts.has(to))
        throw new KubectlError(`cannot rename the context "${from}", the context "${to}" already exists in ${file}`);
      config.contexts.delete(from);
      config.contexts.set(to, entry);
      if (config.currentContext === from) config.currentContext = to;
    });
    context.out(`Context "${from}" renamed to "${to}".`);
    return 0;
  },
});
