// Redirections: descriptors of a command, set up before it and given back after it.
import { type Errno, isErrno } from '../files.ts';
import type { Interpreter } from './interpreter.ts';
import type { Redirection } from './parse.ts';
import type { Frame } from './shell-state.ts';

export function expandTargets(shell: Interpreter, frame: Frame, redirs: readonly Redirection[]): string[] {
  if (redirs.length === 0) return [];
  const expansion = shell.expansion(frame);
  const targets = redirs.map((r) => {
    if (r.target.type === 'HereDoc') return expansion.single(r.target.content);
    if (r.operator === '<<<') return `${expansion.single(r.target)}\n`;
    const fields = expansion.fields(r.target);
    return fields.length === 1 ? (fields[0] ?? '') : expansion.single(r.target);
  });
  expansion.commit();
  return targets;
}

/** Applies redirections; the frame remembers what to put back. Returns the text of a failure, already reported. */
export function redirect(shell: Interpreter, frame: Frame, redirs: readonly Redirection[], targets: readonly string[]): string | undefined {
  const { kernel } = shell.sys;
  for (const [i, r] of redirs.entries()) {
    const target = targets[i] ?? '';
    const fd = r.fd ?? (r.operator.startsWith('<') ? 0 : 1);
    const set = (n: number, id: number): void => {
      frame.saved ??= {};
      if (frame.saved[n] === undefined) {
        const old = shell.p.fds[n];
        frame.saved[n] = old === undefined ? -1 : kernel.hold(old);
      }
      kernel.setFd(shell.p, n, id);
    };
    switch (r.operator) {
      case '<<':
      case '<<-':
      case '<<<': {
        const ino = kernel.anonymous(target);
        set(fd, kernel.newFile({ k: 'file', ino, off: 0, mode: 'r' }));
        break;
      }
      case '>&':
      case '<&': {
        if (target === '-') {
          frame.saved ??= {};
          const old = shell.p.fds[fd];
          if (frame.saved[fd] === undefined) frame.saved[fd] = old === undefined ? -1 : kernel.hold(old);
          kernel.closeFd(shell.p, fd);
          break;
        }
        if (!/^\d+$/.test(target)) {
          const id = kernel.open(shell.p, target, 'w');
          if (isErrno(id)) return cannotOpen(shell, target, id, true);
          set(1, id);
          set(2, id);
          break;
        }
        const id = shell.p.fds[Number(target)];
        if (id === undefined) {
          shell.complain(`${target}: ${shell.sh.dialect === 'ash' ? 'Bad file descriptor' : 'Bad file descriptor'}`);
          return 'EBADF';
        }
        set(fd, id);
        break;
      }
      default: {
        const mode = r.operator === '<' ? 'r' : r.operator === '<>' ? 'rw' : r.operator.endsWith('>>') ? 'a' : 'w';
        if (mode === 'w' && shell.sh.opts.C && r.operator === '>') {
          const stat = shell.sys.stat(target);
          if (!isErrno(stat) && stat.t === 'f') {
            shell.complain(
              shell.sh.dialect === 'bash'
                ? `${target}: cannot overwrite existing file`
                : shell.sh.dialect === 'dash'
                  ? `cannot create ${target}: File exists`
                  : `can't create ${target}: File exists`,
            );
            return 'EEXIST';
          }
        }
        const id = kernel.open(shell.p, target, mode);
        if (isErrno(id)) return cannotOpen(shell, target, id, mode !== 'r');
        set(r.operator.startsWith('&') ? 1 : fd, id);
        if (r.operator.startsWith('&')) set(2, id);
      }
    }
  }
  return undefined;
}

function cannotOpen(shell: Interpreter, target: string, error: Errno, creating: boolean): string {
  const text = shell.sys.errorText(error);
  const { dialect } = shell.sh;
  if (dialect === 'bash') shell.complain(`${target}: ${text}`);
  else if (dialect === 'dash')
    shell.complain(
      creating
        ? `cannot create ${target}: ${error === 'ENOENT' ? 'Directory nonexistent' : text}`
        : `cannot open ${target}: ${error === 'ENOENT' ? 'No such file' : text}`,
    );
  else
    shell.complain(
      creating
        ? `can't create ${target}: ${error === 'ENOENT' ? 'nonexistent directory' : text}`
        : `can't open ${target}: ${error === 'ENOENT' ? 'no such file' : text}`,
    );
  return error;
}

export function restoreFds(shell: Interpreter, saved: Record<number, number>): void {
  const { kernel } = shell.sys;
  for (const [fd, id] of Object.entries(saved)) {
    if (id < 0) kernel.closeFd(shell.p, Number(fd));
    else {
      kernel.setFd(shell.p, Number(fd), id);
      kernel.release(id);
    }
  }
}
