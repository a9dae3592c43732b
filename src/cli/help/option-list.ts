// The options of a help text: two lines each.
import type { FlagFact } from '../flags/surface.ts';
import { sharedFlagHelp } from './flag-texts.ts';

export function optionList(flags: readonly FlagFact[], texts: Readonly<Record<string, string>>, heading = 'Options:'): string {
  const shown = flags.filter((flag) => !flag.hidden);
  if (shown.length === 0) return '';
  return `${heading}\n${shown.map((flag) => option(flag, texts[flag.name] ?? sharedFlagHelp[flag.name] ?? '')).join('\n\n')}`;
}

function option(flag: FlagFact, text: string): string {
  const letter = flag.shorthand ? `-${flag.shorthand}, ` : '';
  return `    ${letter}--${flag.name}${flag.default === '' ? '' : `=${flag.default}`}:\n\t${text}`;
}
