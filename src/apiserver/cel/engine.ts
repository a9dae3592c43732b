// Compiles and evaluates CEL expressions as policies, match conditions and the rules of CustomResourceDefinitions have them. Objects
// are untyped here, so what a real server refuses for a wrong field when it compiles is an error when it is evaluated.
import { type Asked, type Authorized, addAuthorizer } from './authorizer.ts';
import { addLibraries } from './libraries.ts';
import { withoutTypes } from './object-types.ts';
import { fromCel } from './values.ts';

type Cel = typeof import('@marcbachmann/cel-js');
type Environment = import('@marcbachmann/cel-js').Environment;

export type { Asked, Authorized } from './authorizer.ts';

/** An expression that could not be compiled, or an evaluation that went wrong, in the server's words. */
export class CelError extends Error {}

export interface Program {
  /** The type that the expression evaluates to: `bool`, `string`, `dyn` … */
  readonly type: string;
  /** Throws {@link CelError}. Values of variables are CEL's, see values.ts. */
  evaluate(variables: Readonly<Record<string, unknown>>): unknown;
}

export interface Engine {
  /** Throws {@link CelError}. `variables` may be used by name; each may be anything. */
  compile(expression: string, variables: readonly string[]): Program;
  authorizer(authorized: Authorized, request?: Omit<Asked, 'verb'>): unknown;
  optional(value: unknown): unknown;
}

let loading: Promise<Engine> | undefined;
let loaded: Engine | undefined;

/** Loads the library with the first expression. */
export async function celEngine(): Promise<Engine> {
  loading ??= import('@marcbachmann/cel-js').then(createEngine);
  loaded = await loading;
  return loaded;
}

function createEngine({ Environment, Optional }: Cel): Engine {
  const base = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false, enableOptionalTypes: true });
  addLibraries(base, Optional);
  const authorizer = addAuthorizer(base);
  const environments = new Map<string, Environment>();
  const programs = new Map<string, Program | CelError>();
  const environmentFor = (variables: readonly string[]): Environment => {
    const id = variables.join(' ');
    let env = environments.get(id);
    if (!env) {
      env = base.clone();
      for (const name of variables) env.registerVariable(name, name.startsWith('authorizer') ? authorizer.typeOf(name) : 'dyn');
      environments.set(id, env);
    }
    return env;
  };
  return {
    compile(expression, variables) {
      const id = `${variables.join(' ')}\0${expression}`;
      let program = programs.get(id);
      if (!program) {
        program = compiled(environmentFor(variables), expression);
        programs.set(id, program);
      }
      if (program instanceof CelError) throw program;
      return program;
    },
    authorizer: authorizer.create,
    optional: (value) => (value === undefined ? Optional.none() : Optional.of(value)),
  };
}

function compiled(env: Environment, expression: string): Program | CelError {
  const source = withoutTypes(expression);
  const check = env.check(source);
  if (!check.valid) return new CelError(compileText(expression, source, check.error));
  const run = env.parse(source);
  return {
    type: String(check.type),
    evaluate(variables) {
      try {
        return run(variables);
      } catch (error) {
        throw new CelError(evaluationText(error));
      }
    },
  };
}

interface Problem {
  message?: string;
  summary?: string;
  range?: { start: number };
}

/** `compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')`, with the place pointed at. */
function compileText(expression: string, source: string, error: unknown): string {
  const { summary, message = '', range } = error as Problem;
  const text = summary ?? message.split('\n', 1)[0] ?? '';
  const unknown = /^Unknown variable: (.*)$/.exec(text)?.[1];
  const what = unknown !== undefined ? `undeclared reference to '${unknown}' (in container '')` : text;
  const at = source === expression ? Math.min(range?.start ?? 0, expression.length) : 0;
  const before = expression.slice(0, at).split('\n');
  const column = (before.at(-1) ?? '').length;
  const line = expression.split('\n')[before.length - 1] ?? '';
  return `compilation failed: ERROR: <input>:${before.length}:${column + 1}: ${what}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

/** As cel-go says it. */
function evaluationText(error: unknown): string {
  const { summary, message = '' } = error as Problem;
  const text = summary ?? message.split('\n', 1)[0] ?? '';
  const key = /^No such key: (.*)$/.exec(text)?.[1];
  if (key !== undefined) return `no such key: ${key}`;
  if (/^(no such overload|Operator|found no matching overload)/i.test(text)) return 'no such overload';
  return text;
}

/** What an expression gave, as JSON. */
export const jsonOf = fromCel;
