// tr and cut.
import type { Program } from '../program.ts';
import { joined, lines, streamLines } from './input.ts';
import { options } from './options.ts';
import { unescaped } from './print.ts';

function trSet(text: string): string {
  const classes: Record<string, [number, number][]> = {
    upper: [[65, 90]],
    lower: [[97, 122]],
    digit: [[48, 57]],
    alpha: [
      [65, 90],
      [97, 122],
    ],
    alnum: [
      [48, 57],
      [65, 90],
      [97, 122],
    ],
    space: [
      [9, 13],
      [32, 32],
    ],
    blank: [
      [9, 9],
      [32, 32],
    ],
    punct: [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
    cntrl: [
      [0, 31],
      [127, 127],
    ],
    print: [[32, 126]],
  };
  const span = (a: number, b: number): string =>
    Array.from({ length: Math.max(0, b - a + 1) }, (_, i) => String.fromCharCode(a + i)).join('');
  const spelled = text.replace(/\[:(\w+):\]/g, (_, name: string) => (classes[name] ?? []).map(([a, b]) => span(a, b)).join(''));
  return unescaped(spelled, false).text.replace(/([\s\S])-([\s\S])/g, (_, a: string, b: string) => span(a.charCodeAt(0), b.charCodeAt(0)));
}

export const tr: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    let from = trSet(rest[0] ?? '');
    const to = trSet(rest[1] ?? '');
    if (flags.c || flags.C)
      from = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))
        .filter((c) => !from.includes(c))
        .join('');
    const squeeze = flags.s ? (rest[1] !== undefined && !flags.d ? to : flags.d ? to : from) : '';
    const st = sys.state<{ last: string }>();
    while (!sys.blocked && sys.p.exit === null) {
      const got = sys.read(0);
      if (got === 'block') return;
      if (got === 'eof' || 'error' in got) {
        sys.exit(0);
        return;
      }
      let out = '';
      for (const c of got.data) {
        const i = from.indexOf(c);
        let mapped = c;
        if (i >= 0) {
          if (flags.d) continue;
          if (to !== '') mapped = to[Math.min(i, to.length - 1)] ?? c;
        }
        if (squeeze.includes(mapped) && squeeze !== '' && st.last === mapped) continue;
        st.last = mapped;
        out += mapped;
      }
      sys.out(out);
    }
  },
};

function ranges(list: string): (n: number) => boolean {
  const parts = list.split(',').map((part) => {
    const m = /^(\d*)(-?)(\d*)$/.exec(part);
    const from = m?.[1] ? Number(m[1]) : 1;
    return [from, m?.[2] ? (m[3] ? Number(m[3]) : Number.POSITIVE_INFINITY) : from] as const;
  });
  return (n) => parts.some(([a, b]) => n >= a && n <= b);
}

export const cut: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, 'dfcb');
    const list = flags.f ?? flags.c ?? flags.b;
    if (list === undefined) {
      sys.fail(sys.gnu ? 'you must specify a list of bytes, characters, or fields' : 'expected a list of bytes, characters, or fields');
      return;
    }
    const wanted = ranges(String(list));
    const delimiter = flags.d === undefined ? '\t' : String(flags.d);
    const pick = (line: string): string | undefined => {
      if (flags.f === undefined) return [...line].filter((_, i) => wanted(i + 1)).join('');
      if (!line.includes(delimiter)) return flags.s ? undefined : line;
      return line
        .split(delimiter)
        .filter((_, i) => wanted(i + 1))
        .join(delimiter);
    };
    if (rest.length === 0) {
      if (
        !streamLines(sys, 0, sys.state<{ rest: string }>() as { rest?: string }, (line) => {
          const text = pick(line);
          if (text !== undefined) sys.out(`${text}\n`);
          return sys.p.exit === null;
        })
      )
        return;
      sys.exit(0);
      return;
    }
    const input = sys.input(rest);
    if (!input) return;
    sys.out(
      joined(
        lines(input.text)
          .map(pick)
          .filter((l) => l !== undefined),
      ),
    );
    sys.exit(input.failed ? 1 : 0);
  },
};
