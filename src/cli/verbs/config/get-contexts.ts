// kubectl config get-contexts
import { align } from '../../printers/table.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { readConfig } from './edit.ts';

export const getContexts = defineVerb({
  short: 'List one or all contexts of the kubeconfig',
  examples: [
    { about: 'All contexts', command: 'kubectl config get-contexts' },
    { about: 'One of them', command: 'kubectl config get-contexts my-context' },
  ],
  flags: { 'no-headers': 'Leave the headers out.', output: 'name, for names alone.' },
  async run(context) {
    const { args, flags, out, write } = context;
    const output = flags.string('output');
    if (output !== '' && output !== 'name') {
      throw new KubectlError(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`);
    }
    const config = await readConfig(context);
    const names = args.length > 0 ? [...args] : [...config.contexts.keys()];
    const known = names.filter((name) => config.contexts.has(name)).sort();
    const missing = names.filter((name) => !config.contexts.has(name));
    if (output === 'name') for (const name of known) out(name);
    else {
      const rows = known.map((name) => {
        const { cluster = '', user = '', namespace = '' } = config.contexts.get(name)?.value ?? {};
        return [name === config.currentContext ? '*' : '', name, cluster, user, namespace];
      });
      write(align(flags.bool('no-headers') ? rows : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], ...rows]));
    }
    const errors = missing.map((name) => new KubectlError(`context ${name} not found`));
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors);
    return 0;
  },
});
