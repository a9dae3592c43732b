// The options of a help text: two lines each.
import { Option } from 'commander';
import type { FlagFact } from '../flags/surface.ts';
import { sharedFlagHelp } from './flag-texts.ts';

/** A flag of the surface table as commander's option; the verb's own text stands before the shared one. */
export function optionOf(flag: FlagFact, text: string | undefined): Option {
  const letter = flag.shorthand ? `-${flag.shorthand}, ` : '';
  const option = new Option(
    `${letter}--${flag.name}${flag.alone === undefined ? ' <value>' : ''}`,
    text ?? sharedFlagHelp[flag.name] ?? '',
  );
  return option.default(flag.default).hideHelp(flag.hidden);
}

export function formatOptions(options: readonly Option[], heading = 'Options:'): string {
  if (options.length === 0) return '';
  return `${heading}\n${options.map(twoLines).join('\n\n')}`;
}

function twoLines({ short, long, defaultValue, description }: Option): string {
  return `    ${short ? `${short}, ` : ''}${long}${defaultValue === '' ? '' : `=${String(defaultValue)}`}:\n\t${description}`;
}
