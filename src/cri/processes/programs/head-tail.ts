// head and tail; `tail -f` looks once a second as busybox does, or waits for growth as GNU does.
import { lastLinesOffset } from '../content.ts';
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { joined, lines } from './input.ts';
import { options } from './options.ts';

/** `-5` means `-n 5`, unless it is the value of an option. */
function counted(args: readonly string[]): string[] {
  return args.map((a, i) => (/^-[nc]$/.test(args[i - 1] ?? '') ? a : a.replace(/^-(\d+)$/, '-n$1')));
}

export const head: Program = {
  run(sys) {
    const { flags, rest } = options(counted(sys.args), 'nc');
    const st = sys.state<{ i: number; fd: number; left: number; failed: boolean }>();
    st.i ??= 0;
    const bytes = flags.c !== undefined;
    const limit = Number(String(flags.c ?? flags.n ?? '10').replace(/^\+/, ''));
    if (Number.isNaN(limit)) {
      sys.fail(`invalid number '${String(flags.c ?? flags.n)}'`);
      return;
    }
    if (limit < 0) {
      const input = sys.input(rest);
      if (!input) return;
      sys.out(bytes ? input.text.slice(0, limit) : joined(lines(input.text).slice(0, limit)));
      sys.exit(0);
      return;
    }
    const files = rest.length > 0 ? rest : ['-'];
    for (;;) {
      const name = files[st.i];
      if (name === undefined) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      if (st.fd === undefined) {
        const fd = name === '-' ? 0 : sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(sys.gnu ? `head: cannot open '${name}' for reading: ${sys.errorText(fd)}\n` : `head: ${name}: ${sys.errorText(fd)}\n`);
          st.failed = true;
          st.i++;
          continue;
        }
        st.fd = fd;
        st.left = limit;
        if (files.length > 1 && !flags.q) sys.out(`${st.i > 0 ? '\n' : ''}==> ${name === '-' ? 'standard input' : name} <==\n`);
      }
      let done = (st.left ?? 0) <= 0;
      if (!done) {
        const got = sys.read(st.fd, 4096);
        if (got === 'block') return;
        if (got === 'eof' || 'error' in got) done = true;
        else if (bytes) {
          sys.out(got.data.slice(0, st.left));
          st.left = (st.left ?? 0) - got.data.length;
        } else {
          let end = 0;
          while (end < got.data.length && (st.left ?? 0) > 0) {
            const newline = got.data.indexOf('\n', end);
            if (newline < 0) {
              end = got.data.length;
              break;
            }
            end = newline + 1;
            st.left = (st.left ?? 0) - 1;
          }
          sys.out(got.data.slice(0, end));
        }
      }
      if (!done) continue;
      if (st.fd > 0) sys.close(st.fd);
      delete st.fd;
      st.i++;
    }
  },
};

export const tail: Program = {
  transparent: true,
  run(sys) {
    const { flags, rest } = options(
      counted(sys.args).map((a) =>
        a
          .replace(/^-(\d+)(f?)$/, '-n$1')

          .replace(/^--(lines|bytes)=/, (_, w: string) => (w === 'lines' ? '-n' : '-c'))
          .replace(/^--follow(=\w+)?$/, '-f')
          .replace(/^-(\d+)f$/, '-fn$1'),
      ),
      'ncs',
    );
    const follow = flags.f !== undefined || flags.F !== undefined || sys.args.some((a) => /^-\d+f$/.test(a));
    const st = sys.state<{ started: boolean; fds: (number | null)[]; failed: boolean; shown: number; text: string; waiting: number[] }>();
    const files = rest.length > 0 ? rest : ['-'];
    const unit = String(flags.c ?? flags.n ?? '10');
    const count = Number(unit.replace(/^[-+]/, ''));
    const header = (i: number): void => {
      if (files.length > 1 && !flags.q && st.shown !== i)
        sys.out(`${st.shown === undefined ? '' : '\n'}==> ${files[i] === '-' ? 'standard input' : files[i]} <==\n`);
      st.shown = i;
    };
    const lastOf = (text: string): string => {
      if (flags.c !== undefined) return unit.startsWith('+') ? text.slice(count - 1) : count === 0 ? '' : text.slice(-count);
      if (unit.startsWith('+'))
        return text
          .split('\n')
          .slice(Math.max(0, count - 1))
          .join('\n');
      const end = text.endsWith('\n') ? text.length - 1 : text.length;
      let at = end;
      for (let n = 0; n < count && at >= 0; n++) at = text.lastIndexOf('\n', at - 1);
      return count === 0 ? '' : text.slice(at + 1);
    };
    if (!st.started) {
      st.fds ??= [];
      while (st.fds.length < files.length) {
        const i = st.fds.length;
        const name = files[i] ?? '-';
        if (name === '-') {
          st.text ??= '';
          for (;;) {
            const got = sys.read(0);
            if (got === 'block') return;
            if (got === 'eof' || 'error' in got) break;
            st.text += got.data;
          }
          header(i);
          sys.out(lastOf(st.text));
          st.fds.push(null);
          continue;
        }
        const fd = sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(
            sys.gnu
              ? `tail: cannot open '${name}' for reading: ${sys.errorText(fd)}\n`
              : `tail: can't open '${name}': ${sys.errorText(fd)}\n`,
          );
          st.failed = true;
          st.fds.push(null);
          if (!sys.gnu && !follow && st.fds.length === files.length && st.fds.every((f) => f === null)) sys.err('tail: no files\n');
          continue;
        }
        st.fds.push(fd);
        header(i);
        printEnd(sys, fd, unit, count, flags.c !== undefined, lastOf);
      }
      st.started = true;
      if (!follow || (st.fds.every((fd) => fd === null) && flags.F === undefined)) {
        if (follow) sys.err('tail: no files\n');
        sys.exit(st.failed ? 1 : 0);
        return;
      }
    }
    const fds = st.fds ?? [];
    for (const [i, fd] of fds.entries()) {
      if (fd === null) {
        if (flags.F === undefined || files[i] === '-') continue;
        const opened = sys.open(files[i] ?? '', 'r');
        if (isErrno(opened)) continue;
        sys.err(
          `tail: ${sys.gnu ? `'${files[i]}' has appeared;  following new file` : `${files[i]} has appeared; following end of new file`}\n`,
        );
        fds[i] = opened;
      }
      const at = fds[i];
      if (at === null || at === undefined) continue;
      const file = sys.kernel.file(sys.p.fds[at]);
      const inode = sys.kernel.s.inodes[file?.ino ?? 0];
      if (file && inode && (file.off ?? 0) > inode.size) {
        sys.err(`tail: ${files[i]}: file truncated\n`);
        file.off = 0;
      }
      for (;;) {
        const got = sys.read(at);
        if (got === 'block' || got === 'eof' || 'error' in got) break;
        header(i);
        sys.out(got.data);
        if (sys.blocked) return;
      }
      if (flags.F !== undefined) reopenIfReplaced(sys, fds, i, files[i] ?? '');
    }
    if (sys.p.exit !== null) return;
    const only = fds.filter((fd) => fd !== null);
    if (sys.gnu && only.length === 1 && flags.F === undefined) {
      const ino = sys.kernel.file(sys.p.fds[only[0] ?? 0])?.ino ?? 0;
      sys.p.block = { on: 'grow', ino, size: sys.kernel.s.inodes[ino]?.size ?? 0, path: '' };
      return;
    }
    const every = Math.max(1, Number(flags.s ?? 1)) * 1000;
    sys.sleepUntil(sys.now + every);
  },
};

function reopenIfReplaced(sys: Sys, fds: (number | null)[], i: number, name: string): void {
  const stat = sys.stat(name);
  const fd = fds[i];
  if (fd === null || fd === undefined || isErrno(stat) || stat.ino === sys.kernel.file(sys.p.fds[fd])?.ino) return;
  const opened = sys.open(name, 'r');
  if (isErrno(opened)) return;
  sys.err(
    `tail: ${sys.gnu ? `'${name}' has been replaced;  following new file` : `${name} has been replaced; following end of new file`}\n`,
  );
  sys.close(fd);
  fds[i] = opened;
}

/** The end of a file whose start need not be read. */
function printEnd(sys: Sys, fd: number, unit: string, count: number, bytes: boolean, lastOf: (text: string) => string): void {
  const file = sys.kernel.file(sys.p.fds[fd]);
  const inode = sys.kernel.s.inodes[file?.ino ?? 0];
  if (!file || !inode) return;
  let text = '';
  if (!unit.startsWith('+')) file.off = bytes ? Math.max(0, inode.size - count) : lastLinesOffset(inode, count);
  for (;;) {
    const got = sys.read(fd, 1 << 20);
    if (got === 'block' || got === 'eof' || 'error' in got) break;
    text += got.data;
  }
  sys.out(unit.startsWith('+') ? lastOf(text) : text);
}
