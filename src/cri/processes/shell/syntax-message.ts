// What the three shells say about a script they cannot parse.
import type { ShellState } from './shell-state.ts';

/** The whole line for stderr, from the parser's complaint about the script's text. */
export function syntaxMessage(sh: ShellState, complaint: string, text: string): string {
  const quote = /unterminated|matching ['"`]|looking for matching/i.test(complaint);
  const token =
    /near unexpected token [`'"]+([^`'"]+)/i.exec(complaint)?.[1] ?? /unexpected token:? ['"`]?([^\s'"`]+)/i.exec(complaint)?.[1];
  const end = token === undefined && /end of (file|input|command)|EOF|Expected/i.test(complaint);
  const word = token === 'newline' || token === undefined ? undefined : token;
  const missing = end ? expected(text) : undefined;
  const expecting = missing === undefined ? '' : ` (expecting "${missing}")`;
  if (sh.dialect === 'ash') {
    const prefix = `${sh.zero}: ${sh.file ? `line ${sh.line}: ` : ''}syntax error: `;
    if (quote) return `${prefix}unterminated quoted string\n`;
    return `${prefix}unexpected ${end ? 'end of file' : word === undefined ? 'newline' : `"${word}"`}${expecting}\n`;
  }
  if (sh.dialect === 'dash') {
    const prefix = `${sh.zero}: ${sh.line}: Syntax error: `;
    if (quote) return `${prefix}Unterminated quoted string\n`;
    return `${prefix}${end ? 'end of file' : word === undefined ? 'newline' : `"${word}"`} unexpected${expecting}\n`;
  }
  const prefix = (line: number): string => `${sh.zero}: ${sh.file ? '' : '-c: '}line ${line}: `;
  if (quote) return `${prefix(sh.line)}unexpected EOF while looking for matching \`${/matching .?"/.test(complaint) ? '"' : "'"}'\n`;
  if (end) return `${prefix(sh.line + text.split('\n').length)}syntax error: unexpected end of file\n`;
  return `${prefix(sh.line)}syntax error near unexpected token \`${token ?? 'newline'}'\n${prefix(sh.line)}\`${text.split('\n')[0] ?? ''}'\n`;
}

/** What would close the innermost construct that is still open. */
function expected(text: string): string | undefined {
  const open: string[] = [];
  const closing: Record<string, string> = { if: 'fi', case: 'esac', do: 'done', '{': '}', '(': ')' };
  for (const [word] of text.replace(/'[^']*'|"[^"]*"|#.*/g, 'x').matchAll(/[({})]|\b\w+\b/g)) {
    if (word in closing) open.push(closing[word] ?? '');
    else if (open.at(-1) === word) open.pop();
  }
  return open.at(-1);
}
