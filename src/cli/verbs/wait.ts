// `wait`: until objects are as --for says, or the time is over. The conditions are in ../wait-conditions.ts.
import { isNotFound } from '../../machinery/status.ts';
import { throwAll } from '../each-target.ts';
import { A_WEEK, pollUntil } from '../poll.ts';
import type { BuilderOptions, Info } from '../resources/builder.ts';
import { nameOf } from '../resources/mapper.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';
import { type Condition, conditionOf } from '../wait-conditions.ts';

export const wait = defineVerb({
  short: 'Wait until resources meet a condition',
  examples: [
    { about: 'Until a Pod is ready', command: 'kubectl wait --for=condition=Ready pod/web --timeout=60s' },
    { about: 'Until a field has a value', command: "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web" },
    { about: 'Until a Pod is gone', command: 'kubectl wait --for=delete pod/web' },
  ],
  flags: {
    for: 'create, delete, condition=NAME[=VALUE] or jsonpath=EXPRESSION[=VALUE]. May be repeated.',
    timeout: 'How long to wait; 0 looks once, a negative time waits a week.',
    all: 'All objects of the type.',
  },
  async run(context) {
    const { flags } = context;
    const conditions = conditionsOf(flags.list('for'));
    const timeout = flags.duration('timeout') < 0 ? A_WEEK : flags.duration('timeout');
    // What is to be created comes first, whatever stands first on the line.
    const creation = conditions.some(({ kind }) => kind === 'create');
    const rest = conditions.filter(({ kind }) => kind !== 'create');
    const options: BuilderOptions = {
      files: true,
      args: context.args,
      allowAll: flags.bool('all'),
      labelSelector: flags.string('selector'),
      fieldSelector: flags.string('field-selector'),
      allNamespaces: flags.bool('all-namespaces'),
      fetch: true,
      enforceNamespace: true,
    };
    if (creation) await untilCreated(context, options, timeout);
    const deleting = rest.some(({ kind }) => kind === 'delete');
    if (creation && rest.length === 0) {
      for (const info of await context.builder().infos(options)) met(context, info);
      return 0;
    }
    const errors: unknown[] = [];
    let visited = 0;
    let deadline: number | undefined;
    for await (const { info, error } of context.builder().visit(options)) {
      if (error) {
        if (!(deleting && isNotFound(error))) errors.push(error);
        else visited++;
        continue;
      }
      visited++;
      deadline ??= context.now() + timeout;
      for (const condition of rest) {
        try {
          const done = await pollUntil(context, Math.max(0, deadline - context.now()), () => condition.met(context, info));
          if (!done) {
            errors.push(new KubectlError(`timed out waiting for the condition on ${info.mapping.resource}/${info.name}`));
            break;
          }
          met(context, info);
        } catch (problem) {
          errors.push(problem);
          break;
        }
      }
    }
    throwAll(errors);
    if (visited === 0 && !deleting) throw new KubectlError('no matching resources found');
    return 0;
  },
});

function conditionsOf(texts: readonly string[]): Condition[] {
  if (texts.length === 0) throw new KubectlError('unrecognized condition: []');
  return texts.map(conditionOf);
}

const met = (context: VerbContext, { mapping, name }: Info): void => context.out(`${nameOf(mapping)}/${name} condition met`);

async function untilCreated(context: VerbContext, options: BuilderOptions, timeout: number): Promise<void> {
  const done = await pollUntil(context, timeout, async () => {
    let found = 0;
    for await (const { error } of context.builder().visit(options)) {
      if (!error) found++;
      else if (isNotFound(error)) return false;
      else throw error;
    }
    return found > 0;
  });
  if (!done) throw new KubectlError('timed out waiting for the condition');
}
