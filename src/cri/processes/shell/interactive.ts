// Commands from standard input, with prompts where it is a terminal.
import type { Interpreter } from './interpreter.ts';
import { parsed, SyntaxProblem } from './parse.ts';

export function readCommand(shell: Interpreter): void {
  const { sh, sys } = shell;
  const input = sh.input;
  if (!input) return;
  if (input.tty && !input.prompted) {
    input.prompted = true;
    sys.err(prompt(shell));
  }
  for (;;) {
    const end = input.text.indexOf('\n');
    if (end >= 0 || (input.eof && input.text !== '')) {
      const taken = completeCommand(input.text, input.eof);
      if (taken !== undefined) {
        input.text = input.text.slice(taken.length);
        input.prompted = false;
        if (taken.trim() !== '') shell.pushText(sys.kernel.plain(taken));
        return;
      }
    }
    if (input.eof) {
      if (input.tty && sh.dialect === 'bash') sys.err('exit\n');
      shell.exitShell(sh.status);
      return;
    }
    if (input.tty && input.text !== '' && input.text !== input.unfinished) {
      input.unfinished = input.text;
      sys.err('> ');
    }
    const got = sys.read(0);
    if (got === 'block') return;
    if (got === 'eof' || 'error' in got) input.eof = true;
    else input.text += got.data;
  }
}

/** The first complete command of what was typed so far; the whole rest at the end of input. */
function completeCommand(text: string, eof: boolean): string | undefined {
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    const candidate = text.slice(0, end + 1);
    if (/\\\n$/.test(candidate)) continue;
    try {
      parsed(candidate);
      if (unfinishedHereDoc(candidate)) continue;
      return candidate;
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      if (!/unexpected (end|EOF)|unterminated|Expected/i.test(error.message)) return candidate;
    }
  }
  return eof ? text : undefined;
}

function unfinishedHereDoc(text: string): boolean {
  const doc = /<<-?\s*(['"]?)(\w+)\1/.exec(text);
  return doc !== null && !new RegExp(`^\\t*${doc[2]}$`, 'm').test(text.slice(doc.index + doc[0].length));
}

function prompt(shell: Interpreter): string {
  const { p, sys, sh } = shell;
  const ps1 = sh.vars.PS1;
  if (typeof ps1 === 'string' && !ps1.includes('\\')) return ps1;
  const sign = p.uid === 0 ? '#' : '$';
  const home = typeof sh.vars.HOME === 'string' && sh.vars.HOME !== '/' ? sh.vars.HOME : undefined;
  const where = home !== undefined && (p.cwd === home || p.cwd.startsWith(`${home}/`)) ? `~${p.cwd.slice(home.length)}` : p.cwd;
  if (sh.dialect === 'bash') return `${p.uid === 0 ? 'root' : 'I have no name!'}@${sys.kernel.host.hostname}:${where}${sign} `;
  return sh.dialect === 'dash' ? `${sign} ` : `${where} ${sign} `;
}
