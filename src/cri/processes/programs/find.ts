// find: its tests and actions. Leaves out: parentheses, and more than one `-o`.
import { baseOf, isErrno, type Stat } from '../files.ts';
import type { Program } from '../program.ts';
import { matches } from '../shell/pattern.ts';
import type { Sys } from '../sys.ts';
import { join } from './listing.ts';
import { spawn } from './nested.ts';

export const find: Program = {
  run(sys) {
    const st = sys.state<{ queue: string[][]; pid: number | null; done: Record<number, number>; started: boolean; failed: boolean }>();
    if (!st.started) {
      st.started = true;
      st.queue = [];
      st.pid = null;
      const args = sys.args;
      const first = args.findIndex((a) => a.startsWith('-') || a === '!' || a === '(');
      const roots = first < 0 ? args : args.slice(0, first);
      const tests = first < 0 ? [] : args.slice(first);
      const limit = (name: string, fallback: number): number => (tests.includes(name) ? Number(tests[tests.indexOf(name) + 1]) : fallback);
      const deepest = limit('-maxdepth', Number.POSITIVE_INFINITY);
      const shallowest = limit('-mindepth', 0);
      const visit = (path: string, depth: number): void => {
        const found = sys.stat(path, false);
        if (isErrno(found)) {
          sys.err(sys.gnu ? `find: '${path}': ${sys.errorText(found)}\n` : `find: ${path}: ${sys.errorText(found)}\n`);
          st.failed = true;
          return;
        }
        if (depth >= shallowest && !tests.includes('-depth') && !tests.includes('-delete')) this0(path, found);
        const names = found.t === 'd' && depth < deepest ? sys.list(path) : [];
        if (!isErrno(names)) for (const name of names) visit(join(path, name), depth + 1);
        if (depth >= shallowest && (tests.includes('-depth') || tests.includes('-delete'))) this0(path, found);
      };
      const this0 = (path: string, found: Stat): void => findTests(sys, tests, path, found, st.queue ?? []);
      for (const root of roots.length > 0 ? roots : ['.']) visit(root, 0);
    }
    for (;;) {
      if (typeof st.pid === 'number') {
        if (st.done?.[st.pid] === undefined) {
          sys.p.block = { on: 'child', pids: [st.pid] };
          return;
        }
        st.pid = null;
      }
      const next = st.queue?.shift();
      if (!next) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      st.pid = spawn(sys, next) ?? null;
    }
  },
};

/** One file against find's expression; actions happen on the way. */
function findTests(sys: Sys, tests: string[], path: string, found: Stat, queue: string[][]): void {
  let ok = true;
  let negate = false;
  let acted = false;
  let alternative = false;
  const check = (value: boolean): void => {
    ok = ok && value !== negate;
    negate = false;
  };
  for (let i = 0; i < tests.length; i++) {
    const test = tests[i] ?? '';
    const next = (): string => tests[++i] ?? '';
    if (test === '!' || test === '-not') negate = !negate;
    else if (test === '-o' || test === '-or') {
      if (ok) alternative = true;
      ok = !alternative;
      if (alternative) break;
      ok = true;
    } else if (test === '-name') check(matches(next(), baseOf(path) || path));
    else if (test === '-iname') check(matches(next().toLowerCase(), baseOf(path).toLowerCase()));
    else if (test === '-path' || test === '-wholename') check(matches(next(), path));
    else if (test === '-type') check(next() === found.t);
    else if (test === '-size') {
      const m = /^([-+]?)(\d+)([ckMG]?)$/.exec(next());
      const unit = { c: 1, k: 1024, M: 1_048_576, G: 1_073_741_824 }[m?.[3] ?? ''] ?? 512;
      const n = Math.ceil(found.size / unit);
      check(m?.[1] === '+' ? n > Number(m[2]) : m?.[1] === '-' ? n < Number(m[2]) : n === Number(m?.[2]));
    } else if (test === '-mmin' || test === '-mtime') {
      const word = next();
      const age = Math.floor((sys.clock() - found.mtime) / (test === '-mmin' ? 60_000 : 86_400_000));
      const n = Number(word.replace(/^[-+]/, ''));
      check(word.startsWith('-') ? age < n : word.startsWith('+') ? age > n : age === n);
    } else if (test === '-perm') {
      const word = next();
      const bits = Number.parseInt(word.replace(/^[-/]/, ''), 8);
      check(word.startsWith('-') ? (found.mode & bits) === bits : word.startsWith('/') ? (found.mode & bits) !== 0 : found.mode === bits);
    } else if (test === '-empty') {
      const names = found.t === 'd' ? sys.list(path) : [];
      check(found.t === 'd' ? !isErrno(names) && names.length === 0 : found.size === 0);
    } else if (test === '-user') next();
    else if (test === '-maxdepth' || test === '-mindepth') next();
    else if (test === '-print' || test === '-print0') {
      if (ok) sys.out(path + (test === '-print' ? '\n' : '\0'));
      acted = true;
    } else if (test === '-delete') {
      if (ok) sys.kernel.files.unlink(sys.p.c, sys.path(path), sys.p.uid);
      acted = true;
    } else if (test === '-exec') {
      const command: string[] = [];
      while (i + 1 < tests.length && tests[i + 1] !== ';' && tests[i + 1] !== '+') command.push(next());
      const together = tests[i + 1] === '+';
      i++;
      acted = true;
      if (!ok) continue;
      const last = queue.at(-1);
      if (together && last && last[0] === command[0]) last.push(path);
      else queue.push(command.map((word) => word.split('{}').join(path)));
    }
  }
  if ((ok || alternative) && !acted) sys.out(`${path}\n`);
}
