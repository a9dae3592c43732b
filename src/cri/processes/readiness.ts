// Whether a process can go on: what it waited for has come.
import type { Kernel } from './kernel.ts';
import type { Process } from './state.ts';

export function isReady(kernel: Kernel, p: Process): boolean {
  if (p.exit !== null) return false;
  if (p.out.length > 0 && !kernel.flush(p)) return false;
  const block = p.block;
  if (block === null) return true;
  switch (block.on) {
    case 'time':
      return block.until <= kernel.now;
    case 'read':
      return (block.until !== undefined && block.until <= kernel.now) || isReadable(kernel, p, block.fd);
    case 'flush':
      return p.out.length === 0;
    case 'child': {
      const done = (p.st.done ?? {}) as Record<number, number>;
      return block.any
        ? block.pids.some((pid) => done[pid] !== undefined)
        : block.pids.every((pid) => done[pid] !== undefined || !kernel.process(p.c, pid));
    }
    case 'either':
      return block.until <= kernel.now || block.pids.every((pid) => !kernel.process(p.c, pid));
    case 'grow':
      return kernel.s.inodes[block.ino]?.size !== block.size;
    case 'host':
      return p.answer !== null;
    case 'forever':
      return false;
  }
}

function isReadable(kernel: Kernel, p: Process, fd: number): boolean {
  const file = kernel.file(p.fds[fd]);
  if (file?.k === 'pipe-r') {
    const pipe = kernel.s.pipes[file.pipe ?? 0];
    return pipe === undefined || pipe.data !== '' || pipe.writers <= 0;
  }
  if (file?.k === 'in') {
    const exec = kernel.s.execs[file.handle ?? ''];
    return exec === undefined || exec.stdin !== '' || exec.eof;
  }
  return true;
}
