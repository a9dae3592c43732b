// `kuberc view`: the preferences that are in force.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { kubercFile, readPreferences } from '../../kuberc/preferences.ts';
import { asDocument } from '../../kuberc/write.ts';
import { printerFor } from '../../printers/index.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const kubercView = defineVerb({
  short: 'Show your preferences',
  long: 'Shows the file of your defaults and aliases. Where there is none, it offers to write one.',
  examples: [{ about: 'As JSON', command: 'kubectl kuberc view -o json' }],
  async run(context) {
    const { flags, env, cwd } = context;
    const file = kubercFile(env, cwd, flags.string('kuberc') || undefined);
    if (!file) throw new KubectlError('KUBERC is disabled via KUBERC=off environment variable');
    const read = await readPreferences(file);
    const { writeYaml } = await import('../../../machinery/yaml-write.ts');
    if (!read) {
      context.out(`kuberc file not found at ${file.path}`);
      context.write('Would you like to generate a default kuberc file with recommended options? (y/N): ');
      const [answer = ''] = (await context.stdin()).split('\n');
      if (!/^y(es)?$/i.test(answer.trim())) return 0;
      const recommended = {
        defaults: [
          { command: 'apply', options: [{ name: 'server-side', default: 'true' }] },
          { command: 'delete', options: [{ name: 'interactive', default: 'true' }] },
        ],
        aliases: [],
      };
      mkdirSync(dirname(file.path), { recursive: true });
      writeFileSync(file.path, writeYaml(asDocument(recommended)), { mode: 0o600 });
      return 0;
    }
    (await printerFor(context, { format: 'yaml', local: true })).print(asDocument(read.preferences));
    return 0;
  },
});
