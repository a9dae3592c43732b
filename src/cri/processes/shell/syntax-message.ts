// What the three shells say about a script they cannot parse.
import type { ShellState } from './shell-state.ts';

/** The whole line for stderr, from the parser's complaint. */
export function syntaxMessage(sh: ShellState, complaint: string): string {
  const quote = /unterminated|matching ['"`]|looking for matching/i.test(complaint);
  const token =
    /near unexpected token [`'"]+([^`'"]+)/i.exec(complaint)?.[1] ?? /unexpected token:? ['"`]?([^\s'"`]+)/i.exec(complaint)?.[1];
  const end = token === undefined && /end of (file|input|command)|EOF|Expected/i.test(complaint);
  const word = token === 'newline' || token === undefined ? undefined : token;
  if (sh.dialect === 'ash') {
    const prefix = `${sh.zero}: ${sh.file ? `line ${sh.line}: ` : ''}syntax error: `;
    if (quote) return `${prefix}unterminated quoted string\n`;
    return `${prefix}unexpected ${end ? 'end of file' : word === undefined ? 'newline' : `"${word}"`}\n`;
  }
  if (sh.dialect === 'dash') {
    const prefix = `${sh.zero}: ${sh.line}: Syntax error: `;
    if (quote) return `${prefix}Unterminated quoted string\n`;
    return `${prefix}${end ? 'end of file' : word === undefined ? 'newline' : `"${word}"`} unexpected\n`;
  }
  const prefix = `${sh.zero}: ${sh.file ? '' : '-c: '}line ${sh.line}: `;
  if (quote) return `${prefix}unexpected EOF while looking for matching \`${/'/.test(complaint) ? "'" : '"'}'\n`;
  return `${prefix}syntax error${end ? ': unexpected end of file' : ` near unexpected token \`${token ?? 'newline'}'`}\n`;
}
