// `apply view-last-applied`.
import { eachTarget } from '../../each-target.ts';
import { LAST_APPLIED } from '../../last-applied.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const viewLastApplied = defineVerb({
  short: 'Show what was applied last',
  examples: [{ about: 'Of a deployment', command: 'kubectl apply view-last-applied deployment/web' }],
  flags: { output: 'yaml or json.' },
  async run(context) {
    const { flags } = context;
    const output = flags.string('output') || 'yaml';
    if (output !== 'yaml' && output !== 'json')
      throw new KubectlError(`Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`, { usage: true });
    const options = {
      files: true,
      args: context.args,
      allowAll: flags.bool('all'),
      labelSelector: flags.string('selector'),
      fetch: true,
      enforceNamespace: true,
    };
    await eachTarget(context, options, async ({ object, name, source, mapping, namespace }) => {
      const found = source ? await (await import('../../rest.ts')).getObject(context, mapping, namespace, name) : object;
      const text = found?.metadata.annotations?.[LAST_APPLIED];
      if (text === undefined) throw new KubectlError(`no last-applied-configuration annotation found on resource: ${name}`);
      const value = JSON.parse(text) as unknown;
      if (output === 'json') context.out((await import('../../printers/go-json.ts')).goJsonIndented(value, true, 2));
      else context.write((await import('../../../machinery/yaml-write.ts')).writeYaml(value));
    });
    return 0;
  },
});
