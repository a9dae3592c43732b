// From a script's text to a table of nodes. Frames of a running shell name nodes by position in this table, so a stopped shell is plain data.
import type { parse as parseScript } from 'just-bash';

type Script = ReturnType<typeof parseScript>;
type Statement = Script['statements'][number];
type Command = Statement['pipelines'][number]['commands'][number];
type SimpleCommand = Extract<Command, { type: 'SimpleCommand' }>;
export type Word = NonNullable<SimpleCommand['name']>;
export type Part = Word['parts'][number];
export type Redirection = SimpleCommand['redirections'][number];
export type Assignment = SimpleCommand['assignments'][number];
export type ArithmeticExpression = NonNullable<Extract<Command, { type: 'CStyleFor' }>['init']>;
export type Arith = ArithmeticExpression['expression'];
export type Conditional = Extract<Command, { type: 'ConditionalCommand' }>['expression'];
type Redirected = { redirs: Redirection[] };

export type Node =
  | { t: 'list'; items: number[] }
  | { t: 'stmt'; pipes: number[]; ops: string[]; bg: boolean; error?: string }
  | { t: 'pipe'; cmds: number[]; neg: boolean; errs: boolean[] }
  | ({ t: 'simple'; assigns: Assignment[]; words: Word[]; line: number } & Redirected)
  | ({ t: 'if'; clauses: { cond: number; body: number }[]; otherwise: number } & Redirected)
  | ({ t: 'for'; name: string; words: Word[] | null; body: number } & Redirected)
  | ({
      t: 'cfor';
      init: ArithmeticExpression | null;
      cond: ArithmeticExpression | null;
      update: ArithmeticExpression | null;
      body: number;
    } & Redirected)
  | ({ t: 'while'; until: boolean; cond: number; body: number } & Redirected)
  | ({ t: 'case'; word: Word; items: { patterns: Word[]; body: number; end: string }[] } & Redirected)
  | ({ t: 'sub'; body: number } & Redirected)
  | ({ t: 'group'; body: number } & Redirected)
  | ({ t: 'arith'; expr: ArithmeticExpression } & Redirected)
  | ({ t: 'cond'; expr: Conditional } & Redirected)
  | ({ t: 'func'; name: string; body: number } & Redirected);

export interface Parsed {
  nodes: Node[];
  /** The list to start with. */
  root: number;
}

export class SyntaxProblem extends Error {}

let parser: typeof parseScript | undefined;
const cache = new Map<string, Parsed | SyntaxProblem>();

export const parserLoaded = (): boolean => parser !== undefined;

export async function loadParser(): Promise<void> {
  parser ??= (await import('just-bash')).parse;
}

/** The node table of a text; the same text always gives the same table. */
export function parsed(text: string): Parsed {
  let known = cache.get(text);
  if (!known) {
    known = parseAnew(text);
    if (cache.size > 500) cache.clear();
    cache.set(text, known);
  }
  if (known instanceof SyntaxProblem) throw known;
  return known;
}

function parseAnew(text: string): Parsed | SyntaxProblem {
  if (!parser) throw new Error('the shell parser is not loaded');
  const nodes: Node[] = [];
  try {
    const script = parser(text);
    const flawed = script.statements.find((statement) => statement.deferredError);
    if (flawed?.deferredError) return new SyntaxProblem(flawed.deferredError.message);
    return { root: list(nodes, script.statements), nodes };
  } catch (error) {
    return new SyntaxProblem(error instanceof Error ? error.message : String(error));
  }
}

function add(nodes: Node[], node: Node): number {
  nodes.push(node);
  return nodes.length - 1;
}

function list(nodes: Node[], statements: readonly Statement[]): number {
  return add(nodes, {
    t: 'list',
    items: statements.map((statement) =>
      add(nodes, {
        t: 'stmt',
        pipes: statement.pipelines.map((pipeline) =>
          add(nodes, {
            t: 'pipe',
            cmds: pipeline.commands.map((c) => command(nodes, c)),
            neg: pipeline.negated,
            errs: pipeline.pipeStderr ?? [],
          }),
        ),
        ops: statement.operators,
        bg: statement.background,
        ...(statement.deferredError && { error: statement.deferredError.message }),
      }),
    ),
  });
}

/** Numbers the lists inside words: command substitutions at any depth. */
function substitutions<T>(nodes: Node[], value: T): T {
  if (Array.isArray(value)) for (const item of value) substitutions(nodes, item);
  else if (typeof value === 'object' && value !== null) {
    const node = value as { type?: string; body?: Script; command?: string; list?: number };
    if ((node.type === 'CommandSubstitution' || node.type === 'ProcessSubstitution') && node.body)
      node.list = list(nodes, node.body.statements);
    else if (node.type === 'ArithCommandSubst' && parser) node.list = list(nodes, parser(node.command ?? '').statements);
    else for (const child of Object.values(value)) substitutions(nodes, child);
  }
  return value;
}

/** `<<-`: tabs at the start of each line of the document go. */
function withoutTabs(redirs: Redirection[]): Redirection[] {
  for (const { target } of redirs) {
    if (target.type !== 'HereDoc' || !target.stripTabs) continue;
    target.content.parts.forEach((part, i) => {
      if ('value' in part && typeof part.value === 'string')
        part.value = part.value.replace(i === 0 ? /^\t+|(?<=\n)\t+/g : /(?<=\n)\t+/g, '');
    });
  }
  return redirs;
}

function command(nodes: Node[], c: Command): number {
  const redirs = withoutTabs(substitutions(nodes, c.redirections));
  switch (c.type) {
    case 'SimpleCommand':
      return add(nodes, {
        t: 'simple',
        assigns: substitutions(nodes, c.assignments),
        words: substitutions(nodes, c.name ? [c.name, ...c.args] : []),
        line: c.line ?? 1,
        redirs,
      });
    case 'If':
      return add(nodes, {
        t: 'if',
        clauses: c.clauses.map((clause) => ({ cond: list(nodes, clause.condition), body: list(nodes, clause.body) })),
        otherwise: c.elseBody ? list(nodes, c.elseBody) : -1,
        redirs,
      });
    case 'For':
      return add(nodes, { t: 'for', name: c.variable, words: substitutions(nodes, c.words), body: list(nodes, c.body), redirs });
    case 'CStyleFor':
      return add(nodes, {
        t: 'cfor',
        init: substitutions(nodes, c.init),
        cond: substitutions(nodes, c.condition),
        update: substitutions(nodes, c.update),
        body: list(nodes, c.body),
        redirs,
      });
    case 'While':
    case 'Until':
      return add(nodes, { t: 'while', until: c.type === 'Until', cond: list(nodes, c.condition), body: list(nodes, c.body), redirs });
    case 'Case':
      return add(nodes, {
        t: 'case',
        word: substitutions(nodes, c.word),
        items: c.items.map((item) => ({
          patterns: substitutions(nodes, item.patterns),
          body: list(nodes, item.body),
          end: item.terminator,
        })),
        redirs,
      });
    case 'Subshell':
      return add(nodes, { t: 'sub', body: list(nodes, c.body), redirs });
    case 'Group':
      return add(nodes, { t: 'group', body: list(nodes, c.body), redirs });
    case 'ArithmeticCommand':
      return add(nodes, { t: 'arith', expr: substitutions(nodes, c.expression), redirs });
    case 'ConditionalCommand':
      return add(nodes, { t: 'cond', expr: substitutions(nodes, c.expression), redirs });
    case 'FunctionDef':
      return add(nodes, { t: 'func', name: c.name, body: command(nodes, c.body), redirs });
  }
}

/** One kind of node. */
export type Of<T extends Node['t']> = Extract<Node, { t: T }>;
export type Compound = Exclude<Node, { t: 'list' | 'stmt' | 'pipe' | 'simple' }>;
