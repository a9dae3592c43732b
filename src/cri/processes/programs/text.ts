// Small text utilities: seq, tac, rev, nl, fold, yes.
import type { Program } from '../program.ts';
import { joined, lines, whole } from './input.ts';
import { options } from './options.ts';
import { unescaped } from './print.ts';

export const seq: Program = {
  run(sys) {
    const { flags, rest } = options(
      sys.args.map((a) => (/^-\d/.test(a) ? ` ${a}` : a)),
      'sf',
    );
    const numbers = rest.map((a) => a.trim());
    const bad = numbers.find((n) => !/^[+-]?\d*\.?\d+$/.test(n));
    if (bad !== undefined || numbers.length === 0) {
      sys.fail(
        bad === undefined
          ? 'missing operand'
          : sys.gnu
            ? `invalid floating point argument: '${bad}'\nTry 'seq --help' for more information.`
            : `invalid number '${bad}'`,
      );
      return;
    }
    const [first, step, last] =
      numbers.length === 1 ? ['1', '1', numbers[0]] : numbers.length === 2 ? [numbers[0], '1', numbers[1]] : numbers;
    const decimals = Math.max(...[first, step].map((n) => (n?.split('.')[1] ?? '').length));
    const scale = 10 ** decimals;
    const [a, s, z] = [first, step, last].map((n) => Math.round(Number(n) * scale)) as [number, number, number];
    const out: string[] = [];
    const width = flags.w ? Math.max(...[first, last].map((n) => n?.length ?? 0)) : 0;
    if (s !== 0)
      for (let v = a; (s > 0 ? v <= z : v >= z) && out.length < 2_000_000; v += s)
        out.push((v / scale).toFixed(decimals).padStart(width, '0'));
    sys.out(flags.s === undefined ? joined(out) : out.length > 0 ? `${out.join(unescaped(String(flags.s), false).text)}\n` : '');
    sys.exit(0);
  },
};

export const tac = whole((sys, input) => {
  sys.out(joined(lines(input).reverse()));
  return 0;
});

export const rev = whole((sys, input) => {
  sys.out(joined(lines(input).map((l) => [...l].reverse().join(''))));
  return 0;
});

export const nl = whole((sys, input) => {
  let n = 0;
  sys.out(joined(lines(input).map((l) => (l === '' ? '       ' : `${String(++n).padStart(6)}\t${l}`))));
  return 0;
});

export const fold = whole((sys, input, { flags }) => {
  const width = Number(flags.w ?? 80);
  sys.out(joined(lines(input).flatMap((l) => l.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''])));
  return 0;
}, 'w');

export const yes: Program = {
  run(sys) {
    const line = `${sys.args.join(' ') || 'y'}\n`;
    const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
    for (let i = 0; i < 64 && !sys.blocked && sys.p.exit === null; i++) {
      sys.out(block);
      for (let k = 0; k < 8; k++) sys.kernel.tick();
    }
  },
};
