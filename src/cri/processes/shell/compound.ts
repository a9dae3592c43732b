// Compound commands: if, while, for, case, subshells, functions.
import { evaluateConditional } from './conditional.ts';
import type { Interpreter } from './interpreter.ts';
import type { Compound, Of } from './parse.ts';
import { matches } from './pattern.ts';
import { collect, forkShell, reap } from './pipelines.ts';
import { expandTargets, redirect } from './redirections.ts';
import type { Frame } from './shell-state.ts';

export function stepCompound(shell: Interpreter, frame: Frame, node: Compound): void {
  if (!frame.targets) {
    frame.targets = node.t === 'func' ? [] : expandTargets(shell, frame, node.redirs);
    delete frame.memo;
    if (node.redirs.length > 0 && node.t !== 'func' && redirect(shell, frame, node.redirs, frame.targets) !== undefined) {
      shell.sh.status = shell.sh.dialect === 'dash' ? 2 : 1;
      shell.pop();
      return;
    }
  }
  switch (node.t) {
    case 'group':
      once(shell, frame, node.body);
      break;
    case 'sub':
      stepSubshell(shell, frame, node);
      break;
    case 'if':
      stepIf(shell, frame, node);
      break;
    case 'while':
      stepWhile(shell, frame, node);
      break;
    case 'for':
      stepFor(shell, frame, node);
      break;
    case 'cfor':
      stepCFor(shell, frame, node);
      break;
    case 'case':
      stepCase(shell, frame, node);
      break;
    case 'func':
      shell.sh.funcs[node.name] = [frame.s, node.body];
      shell.sh.status = 0;
      shell.pop();
      break;
    case 'arith': {
      const expansion = shell.expansion(frame);
      const value = shell.sys.kernel.plain(expansion.arithmetic(node.expr));
      expansion.commit();
      shell.sh.status = value === '0' ? 1 : 0;
      shell.pop();
      break;
    }
    case 'cond': {
      const expansion = shell.expansion(frame);
      shell.sh.status = evaluateConditional(node.expr, expansion, shell) ? 0 : 1;
      expansion.commit();
      shell.pop();
      break;
    }
  }
}

function once(shell: Interpreter, frame: Frame, body: number): void {
  if (frame.i++ === 0) shell.push('list', frame.s, body);
  else shell.pop();
}

function stepSubshell(shell: Interpreter, frame: Frame, node: Of<'sub'>): void {
  if (!frame.pids) {
    frame.pids = [forkShell(shell, [{ k: 'list', s: frame.s, n: node.body, i: 0 }]).pid];
  }
  if (!collect(shell, frame.pids)) return;
  shell.sh.status = reap(shell, frame.pids)[0] ?? 0;
  shell.pop();
}

/** i: even, the condition of clause i/2 is next; odd, it was run. */
function stepIf(shell: Interpreter, frame: Frame, node: Of<'if'>): void {
  if (frame.i < 0) {
    shell.pop();
    return;
  }
  const clause = node.clauses[frame.i >> 1];
  if (frame.i % 2 === 0 && clause) {
    frame.i++;
    shell.push('list', frame.s, clause.cond, { cond: true });
    return;
  }
  if (clause && shell.sh.status === 0) {
    frame.i = -1;
    shell.push('list', frame.s, clause.body);
    return;
  }
  frame.i++;
  if (frame.i >> 1 < node.clauses.length) return;
  frame.i = -1;
  if (node.otherwise >= 0) shell.push('list', frame.s, node.otherwise);
  else shell.sh.status = 0;
}

/** i: 0 the condition is next, 1 it was run, 2 the body was run. */
function stepWhile(shell: Interpreter, frame: Frame, node: Of<'while'>): void {
  if (frame.i === 1) {
    if ((shell.sh.status === 0) === node.until) {
      shell.sh.status = frame.status ?? 0;
      shell.pop();
      return;
    }
    frame.i = 2;
    shell.push('list', frame.s, node.body);
    return;
  }
  if (frame.i === 2) frame.status = shell.sh.status;
  frame.i = 1;
  shell.push('list', frame.s, node.cond, { cond: true });
}

function stepFor(shell: Interpreter, frame: Frame, node: Of<'for'>): void {
  if (!frame.mem) {
    if (!node.words) frame.mem = { items: [...shell.sh.args] };
    else {
      const expansion = shell.expansion(frame);
      frame.mem = { items: node.words.flatMap((word) => expansion.fields(word)) };
      expansion.commit();
      delete frame.memo;
    }
    frame.status = 0;
    frame.i = 0;
  } else frame.status = shell.sh.status;
  const items = frame.mem.items as string[];
  const item = items[frame.i];
  if (item === undefined) {
    if (items.length === 0) shell.sh.status = 0;
    shell.pop();
    return;
  }
  frame.i++;
  shell.assign(node.name, item);
  shell.push('list', frame.s, node.body);
}

function stepCFor(shell: Interpreter, frame: Frame, node: Of<'cfor'>): void {
  const value = (e: typeof node.cond): string => {
    if (!e) return '1';
    const expansion = shell.expansion(frame);
    const result = expansion.arithmetic(e);
    expansion.commit();
    return shell.sys.kernel.plain(result);
  };
  if (frame.i === 0) {
    if (node.init) value(node.init);
    frame.i = 1;
  } else if (node.update) value(node.update);
  if (value(node.cond) === '0') {
    shell.pop();
    return;
  }
  shell.push('list', frame.s, node.body);
}

function stepCase(shell: Interpreter, frame: Frame, node: Of<'case'>): void {
  const before = frame.i > 0 ? node.items[frame.i - 1] : undefined;
  const next = node.items[frame.i];
  if (before?.end === ';&' && next) {
    frame.i++;
    shell.push('list', frame.s, next.body);
    return;
  }
  if (before && before.end !== ';;&') {
    shell.pop();
    return;
  }
  const expansion = shell.expansion(frame);
  const text = shell.sys.kernel.plain(expansion.single(node.word));
  const found = node.items.findIndex((item, i) => i >= frame.i && item.patterns.some((p) => matches(expansion.pattern(p), text)));
  expansion.commit();
  const item = node.items[found];
  if (!before) shell.sh.status = 0;
  if (!item) {
    shell.pop();
    return;
  }
  frame.i = found + 1;
  shell.push('list', frame.s, item.body);
}
