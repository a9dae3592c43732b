/** The words of a command line as a POSIX shell reads them: quotes, and backslashes inside double ones. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let started = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (quote) {
      if (char === quote) quote = '';
      else if (quote === '"' && char === '\\' && '"\\$`'.includes(line[i + 1] ?? ' ')) word += line[++i];
      else word += char;
    } else if (char === '"' || char === "'") [quote, started] = [char, true];
    else if (char !== ' ') word += char;
    else {
      if (word !== '' || started) words.push(word);
      [word, started] = ['', false];
    }
  }
  if (word !== '' || started) words.push(word);
  return words;
}
