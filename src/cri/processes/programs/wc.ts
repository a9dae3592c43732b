// wc, which counts files in closed form without writing them out.
import { countLines } from '../content.ts';
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import { options } from './options.ts';

export const wc: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    const st = sys.state<{ i: number; rows: number[][]; text: string; failed: boolean }>();
    st.i ??= 0;
    st.rows ??= [];
    const files = rest.length > 0 ? rest : ['-'];
    const wanted = (['l', 'w', 'c', 'm'] as const).filter((f) => flags[f]);
    const shown = wanted.length > 0 ? wanted : (['l', 'w', 'c'] as const);
    const row = (counts: Record<string, number>): number[] => shown.map((f) => counts[f === 'm' ? 'm' : f] ?? 0);
    const print = (counts: number[], name: string): void => {
      const regular = files.map((f) => sys.stat(f)).every((found) => typeof found !== 'string' && found.t === 'f');
      const width = !sys.gnu ? 9 : regular ? String(Math.max(...counts)).length : 7;
      const cells =
        shown.length === 1 && (files.length === 1 || !sys.gnu) ? [String(counts[0])] : counts.map((n) => String(n).padStart(width));
      sys.out(`${cells.join(sys.gnu ? ' ' : ' ').replace(/^ (?= {8})/, '')}${name === '-' ? '' : ` ${name}`}\n`);
    };
    for (; st.i < files.length; st.i++) {
      const name = files[st.i] ?? '-';
      if (name === '-') {
        st.text ??= '';
        for (;;) {
          const got = sys.read(0);
          if (got === 'block') return;
          if (got === 'eof' || 'error' in got) break;
          st.text += got.data;
        }
        st.rows.push(row(countText(st.text)));
      } else {
        const fd = sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(`wc: ${sys.cannotOpen(name)}${sys.errorText(fd)}\n`);
          st.failed = true;
          continue;
        }
        const inode = sys.kernel.s.inodes[sys.kernel.file(sys.p.fds[fd])?.ino ?? 0];
        if (inode && !shown.includes('w') && !flags.m) st.rows.push(row({ l: countLines(inode), c: inode.size }));
        else {
          const content = sys.content(name);
          st.rows.push(row(countText(typeof content === 'string' ? content : '')));
        }
        sys.close(fd);
      }
      print(st.rows.at(-1) ?? [], name);
    }
    if (files.length > 1)
      print(
        shown.map((_, k) => (st.rows ?? []).reduce((sum, r) => sum + (r[k] ?? 0), 0)),
        'total',
      );
    sys.exit(st.failed ? 1 : 0);
  },
};

function countText(text: string): Record<string, number> {
  return {
    l: text.split('\n').length - 1,
    w: text.split(/\s+/).filter(Boolean).length,
    c: text.length,
    m: text.replace(/[\x80-\xbf]/g, '').length,
  };
}
