// Command substitution: a child whose output becomes a word.
import type { Interpreter } from './interpreter.ts';
import { collect, forkShell, reap } from './pipelines.ts';
import type { Frame } from './shell-state.ts';

export function startSubstitution(shell: Interpreter, frame: Frame, list: number): void {
  const { kernel } = shell.sys;
  const pipe = kernel.pipe();
  const child = forkShell(shell, [{ k: 'list', s: frame.s, n: list, i: 0 }]);
  kernel.setFd(child, 1, pipe.write);
  let fd = 60;
  while (shell.p.fds[fd] !== undefined) fd++;
  kernel.setFd(shell.p, fd, pipe.read);
  shell.push('subst', frame.s, frame.n, { pids: [child.pid], fd, text: '' });
}

export function stepSubstitution(shell: Interpreter, frame: Frame): void {
  if (frame.fd !== undefined) {
    const got = shell.sys.read(frame.fd);
    if (got === 'block') return;
    if (got !== 'eof' && 'data' in got) {
      frame.text += got.data;
      return;
    }
    shell.sys.close(frame.fd);
    delete frame.fd;
  }
  if (!collect(shell, frame.pids ?? [])) return;
  const [status = 0] = reap(shell, frame.pids ?? []);
  shell.sh.frames.pop();
  const into = shell.top;
  if (!into) return;
  into.memo = [...(into.memo ?? []), (frame.text ?? '').replace(/\0/g, '').replace(/\n+$/, '')];
  into.sub = status;
  if (shell.sh.dialect === 'bash') shell.sh.status = status;
}
