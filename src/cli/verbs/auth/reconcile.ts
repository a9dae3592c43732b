// `auth reconcile`: roles and bindings of files, so that what they grant is granted; more is taken away only when asked.
import type { V1PolicyRule } from '../../../api/generated/types.ts';
import { jsonEqual } from '../../../machinery/equal.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import { isNotFound } from '../../../machinery/status.ts';
import { dryRunOf } from '../../dry-run.ts';
import { eachTarget } from '../../each-target.ts';
import { resultPrinter } from '../../print-result.ts';
import { goStruct, missingRules, type Subject } from '../../rbac-cover.ts';
import type { Info } from '../../resources/builder.ts';
import { createObject, type Draft, deleteObject, getObject, replaceObject } from '../../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../verb.ts';

const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const GROUP = 'rbac.authorization.k8s.io';

export const authReconcile = defineVerb({
  short: 'Make roles and bindings grant what files say',
  examples: [{ about: 'From a file', command: 'kubectl auth reconcile -f rbac.yaml' }],
  flags: {
    'remove-extra-permissions': 'Take away what roles grant beyond the file.',
    'remove-extra-subjects': 'Take away subjects that the file does not name.',
  },
  async run(context) {
    const { flags } = context;
    if (context.args.length > 0) throw new KubectlError('no arguments are allowed');
    if (flags.list('filename').length === 0 && !flags.string('kustomize')) throw new KubectlError('must specify one of -f and -k');
    const dryRun = dryRunOf(context);
    if (dryRun === 'server') throw new KubectlError('--dry-run=server for command reconcile is not supported yet');
    const print = await resultPrinter(context, { dryRun });
    await eachTarget(context, { files: true, enforceNamespace: true }, async (info) => {
      if (info.mapping.group !== GROUP) return;
      const result = await reconcile(context, info, dryRun === 'client');
      await print(info.mapping, result.object, 'reconciled');
      tell(context, result);
    });
    return 0;
  },
});

interface Result {
  object: object;
  operation: '' | 'create' | 'update' | 'recreate';
  isProtected: boolean;
  missing: { rules: readonly V1PolicyRule[]; subjects: readonly Subject[] };
  extra: { rules: readonly V1PolicyRule[]; subjects: readonly Subject[] };
}

async function reconcile(context: VerbContext, info: Info, dry: boolean): Promise<Result> {
  const { mapping, namespace, name } = info;
  const wanted = info.object as unknown as Draft & { rules?: V1PolicyRule[]; subjects?: Subject[]; roleRef?: object };
  const none = { rules: [], subjects: [] };
  const existing = (await existingOf(context, info)) as
    | (KubeObject & { rules?: V1PolicyRule[]; subjects?: Subject[]; roleRef?: object })
    | undefined;
  if (!existing) {
    const object = dry ? wanted : await createObject(context, mapping, namespace, wanted);
    return {
      object,
      operation: 'create',
      isProtected: false,
      missing: { rules: wanted.rules ?? [], subjects: wanted.subjects ?? [] },
      extra: none,
    };
  }
  const isProtected = existing.metadata.annotations?.[AUTOUPDATE] === 'false';
  if (wanted.roleRef && !jsonEqual(existing.roleRef, wanted.roleRef)) {
    if (!dry && !isProtected) await deleteObject(context, mapping, namespace, name, { kind: 'DeleteOptions', apiVersion: 'v1' });
    const object = dry || isProtected ? wanted : await createObject(context, mapping, namespace, wanted);
    return { object, operation: 'recreate', isProtected, missing: { rules: [], subjects: wanted.subjects ?? [] }, extra: none };
  }
  const [have, want] = [existing.rules ?? [], wanted.rules ?? []];
  const [are, should] = [existing.subjects ?? [], wanted.subjects ?? []];
  const missing = { rules: missingRules(have, want), subjects: should.filter((one) => !are.some((other) => jsonEqual(one, other))) };
  const extra = { rules: missingRules(want, have), subjects: are.filter((one) => !should.some((other) => jsonEqual(one, other))) };
  const { flags } = context;
  const rules = flags.bool('remove-extra-permissions') && extra.rules.length > 0 ? want : [...have, ...missing.rules];
  const kept = flags.bool('remove-extra-subjects') ? are.filter((one) => !extra.subjects.includes(one)) : are;
  const changed = {
    ...existing,
    metadata: { ...existing.metadata, ...pairs(existing, wanted, 'labels'), ...pairs(existing, wanted, 'annotations') },
    ...(wanted.rules ? { rules } : {}),
    ...(wanted.subjects ? { subjects: [...kept, ...missing.subjects] } : {}),
  };
  if (jsonEqual(existing, changed)) return { object: existing, operation: '', isProtected, missing: none, extra: none };
  const object = dry || isProtected ? changed : await replaceObject(context, mapping, namespace, name, changed);
  return { object, operation: 'update', isProtected, missing, extra };
}

function pairs(existing: KubeObject, wanted: Draft, field: 'labels' | 'annotations'): object {
  const both = { ...wanted.metadata[field], ...existing.metadata[field] };
  return Object.keys(both).length > 0 ? { [field]: both } : {};
}

async function existingOf(context: VerbContext, { mapping, namespace, name }: Info): Promise<KubeObject | undefined> {
  try {
    return await getObject(context, mapping, namespace, name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function tell(context: VerbContext, { operation, isProtected, missing, extra }: Result): void {
  if (!operation) return;
  const caveat = isProtected ? `, but object opted out (${AUTOUPDATE}: false)` : '';
  context.err(`\treconciliation required ${operation}${caveat}`);
  const list = (title: string, items: readonly object[]): void => {
    if (items.length > 0) context.err(`\t${title}:\n${items.map((item) => `\t\t${goStruct(item)}`).join('\n')}`);
  };
  list('missing subjects added', missing.subjects);
  if (context.flags.bool('remove-extra-subjects')) list('extra subjects removed', extra.subjects);
  list('missing rules added', missing.rules);
  if (context.flags.bool('remove-extra-permissions')) list('extra rules removed', extra.rules);
}
