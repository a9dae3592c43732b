// Short options as getopt reads them. Long ones become keys of their own.

export interface Options {
  flags: Record<string, string | true | undefined>;
  rest: string[];
}

/** `valued`: letters that take a value; given twice, the values are joined by newlines. */
export function options(args: readonly string[], valued: string): Options {
  const flags: Options['flags'] = {};
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const at = arg.indexOf('=');
      flags[at < 0 ? arg : arg.slice(0, at)] = at < 0 ? true : arg.slice(at + 1);
      continue;
    }
    if (!arg.startsWith('-') || arg === '-') {
      rest.push(arg);
      continue;
    }
    for (let k = 1; k < arg.length; k++) {
      const letter = arg[k] ?? '';
      if (!valued.includes(letter)) {
        flags[letter] = true;
        continue;
      }
      const value = k + 1 < arg.length ? arg.slice(k + 1) : (args[++i] ?? '');
      const old = flags[letter];
      flags[letter] = typeof old === 'string' ? `${old}\n${value}` : value;
      break;
    }
  }
  return { flags, rest };
}
