// cat and tee.
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import { options } from './options.ts';

export const cat: Program = {
  transparent: true,
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    const st = sys.state<{ i: number; fd: number; n: number; failed: boolean; mid: boolean }>();
    st.i ??= 0;
    st.n ??= 0;
    const files = rest.length > 0 ? rest : ['-'];
    while (!sys.blocked && sys.p.exit === null) {
      const name = files[st.i];
      if (name === undefined) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      if (st.fd === undefined) {
        const fd = name === '-' ? 0 : sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(`cat: ${sys.cannotOpen(name)}${sys.errorText(fd)}\n`);
          st.failed = true;
          st.i++;
          continue;
        }
        st.fd = fd;
      }
      const got = sys.read(st.fd);
      if (got === 'block') return;
      if (got !== 'eof' && 'data' in got) {
        if (flags.n) {
          let out = '';
          for (const piece of got.data.match(/[^\n]*\n|[^\n]+/g) ?? []) {
            if (!st.mid) {
              st.n++;
              out += `${String(st.n).padStart(6)}\t`;
            }
            out += piece;
            st.mid = !piece.endsWith('\n');
          }
          sys.out(out);
        } else sys.out(got.data);
        continue;
      }
      if (got !== 'eof') {
        sys.err(sys.gnu ? `cat: ${name}: ${sys.errorText(got.error)}\n` : `cat: read error: ${sys.errorText(got.error)}\n`);
        st.failed = true;
      }
      if (st.fd > 0) sys.close(st.fd);
      delete st.fd;
      st.i++;
    }
  },
};

export const tee: Program = {
  transparent: true,
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    const st = sys.state<{ fds: number[]; failed: boolean }>();
    if (!st.fds) {
      st.fds = [];
      for (const name of rest) {
        const fd = sys.open(name, flags.a ? 'a' : 'w');
        if (isErrno(fd)) {
          sys.err(`tee: ${name}: ${sys.errorText(fd)}\n`);
          st.failed = true;
        } else st.fds.push(fd);
      }
    }
    while (!sys.blocked && sys.p.exit === null) {
      const got = sys.read(0);
      if (got === 'block') return;
      if (got === 'eof' || 'error' in got) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      for (const fd of st.fds) sys.kernel.write(sys.p, fd, got.data);
      sys.out(got.data);
    }
  },
};
