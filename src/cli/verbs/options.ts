// kubectl options: the flags that every command accepts.
import { globalFlags } from '../flags/surface.ts';
import { globalFlagHelp } from '../help/flag-texts.ts';
import { formatOptions, optionOf } from '../help/option-list.ts';
import { defineVerb } from '../verb.ts';

export const options = defineVerb({
  short: 'List the options that every command accepts',
  async run({ program, out }) {
    const flags = globalFlags().filter(({ name }) => program !== 'kubectl' || name !== 'state');
    flags.sort((a, b) => (a.name < b.name ? -1 : 1));
    const shown = flags.filter(({ hidden }) => !hidden).map((flag) => optionOf(flag, globalFlagHelp[flag.name]));
    out(formatOptions(shown, 'The following options can be passed to any command:\n'));
    return 0;
  },
});
