// `plugin list`.
import { basename } from 'node:path';
import { listPlugins } from '../../plugins.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const pluginList = defineVerb({
  short: 'List the plugins on the PATH',
  examples: [{ about: 'Every executable whose name begins with kubectl-', command: 'kubectl plugin list' }],
  flags: { 'name-only': 'Show names instead of paths.' },
  async run(context) {
    const { plugins, unreadable } = listPlugins(context.env, 'kubectl');
    for (const line of unreadable) context.err(line);
    if (plugins.length > 0) context.out('The following compatible plugins are available:\n');
    let warnings = 0;
    for (const { path, problems } of plugins) {
      context.out(context.flags.bool('name-only') ? basename(path) : path);
      for (const problem of problems) context.err(`  - ${problem}`);
      warnings += problems.length;
    }
    if (plugins.length === 0) throw new KubectlError('unable to find any kubectl plugins in your PATH');
    if (warnings > 0) throw new KubectlError(warnings === 1 ? 'one plugin warning was found' : `${warnings} plugin warnings were found`);
    return 0;
  },
});
