// `auth can-i`.
import type {
  V1NonResourceRule,
  V1ResourceRule,
  V1SelfSubjectAccessReview,
  V1SelfSubjectRulesReview,
} from '../../../api/generated/types.ts';
import { align } from '../../printers/table.ts';
import type { Mapping } from '../../resources/mapper.ts';
import { send } from '../../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../verb.ts';

export const authCanI = defineVerb({
  short: 'Ask whether something is allowed',
  examples: [
    { about: 'May I create Pods?', command: 'kubectl auth can-i create pods' },
    { about: 'May a service account?', command: 'kubectl auth can-i list secrets --as=system:serviceaccount:default:robot' },
    { about: 'What may I do here?', command: 'kubectl auth can-i --list' },
  ],
  flags: {
    list: 'Everything that is allowed in the namespace.',
    quiet: 'Say nothing, only exit with 0 or 1.',
    subresource: 'A subresource such as log or exec.',
  },
  async run(context) {
    const { flags, args } = context;
    if (flags.bool('list')) {
      if (args.length > 0) throw new KubectlError('list option must be specified with no arguments');
      return list(context);
    }
    const [verb, resourceArg] = args;
    if (verb === undefined || resourceArg === undefined || args.length > 3) {
      throw new KubectlError(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
      );
    }
    const status = (await review(context, await attributes(context, verb, resourceArg, args[2]))).status;
    if (!flags.bool('quiet')) {
      const reason = status?.reason ? ` - ${status.reason}` : '';
      const problem = status?.evaluationError ? ` - ${status.evaluationError}` : '';
      context.out(status?.allowed ? 'yes' : `no${reason}${problem}`);
    }
    return status?.allowed ? 0 : 1;
  },
});

async function attributes(context: VerbContext, verb: string, resourceArg: string, third: string | undefined): Promise<object> {
  const { flags } = context;
  if (resourceArg.startsWith('/')) {
    if (flags.string('subresource')) throw new KubectlError('--subresource can not be used with NonResourceURL');
    return { nonResourceAttributes: { verb, path: resourceArg } };
  }
  const [type = '', name = third ?? ''] = resourceArg.split('/');
  const mapping = await mappingOf(context, type);
  if (mapping && !mapping.namespaced)
    context.err(`Warning: resource '${mapping.resource}' is not namespace scoped${mapping.group ? ` in group '${mapping.group}'` : ''}\n`);
  if (mapping && verb !== '*' && !KNOWN_VERBS.has(verb)) context.err(`Warning: verb '${verb}' is not a known verb\n`);
  const namespace = flags.bool('all-namespaces') ? '' : context.namespace;
  return {
    resourceAttributes: {
      ...(namespace ? { namespace } : {}),
      verb,
      group: mapping?.group ?? '',
      resource: mapping?.resource ?? type,
      ...(flags.string('subresource') ? { subresource: flags.string('subresource') } : {}),
      ...(name ? { name } : {}),
    },
  };
}

const KNOWN_VERBS = new Set([
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
  'impersonate',
  'use',
  'bind',
  'escalate',
  'approve',
  'sign',
  'attest',
]);

async function mappingOf(context: VerbContext, type: string): Promise<Mapping | undefined> {
  if (type === '*') return undefined;
  try {
    return await context.mapper.byResource(type);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    context.err(`Warning: the server doesn't have a resource type '${type}'\n`);
    return undefined;
  }
}

async function review(context: VerbContext, spec: object): Promise<V1SelfSubjectAccessReview> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {}, spec };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  return (await send(context, { method: 'POST', path, body })) as V1SelfSubjectAccessReview;
}

async function list(context: VerbContext): Promise<number> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: {},
    spec: { namespace: context.namespace },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
  const { status } = (await send(context, { method: 'POST', path, body })) as V1SelfSubjectRulesReview;
  const rows = [...resourceRows(status?.resourceRules ?? []), ...urlRows(status?.nonResourceRules ?? [])];
  const header = context.flags.bool('no-headers') ? [] : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs']];
  context.write(align([...header, ...rows]));
  if (status?.incomplete) context.err(`warning: the list may be incomplete: ${status.evaluationError ?? ''}`);
  return 0;
}

const words = (list: readonly string[] | undefined): string => `[${(list ?? []).join(' ')}]`;

function resourceRows(rules: readonly V1ResourceRule[]): string[][] {
  return rules.flatMap(({ resources = [], apiGroups = [], resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => [group ? `${resource}.${group}` : resource, '[]', words(resourceNames), words(verbs)]),
    ),
  );
}

const urlRows = (rules: readonly V1NonResourceRule[]): string[][] =>
  rules.flatMap(({ nonResourceURLs = [], verbs }) => nonResourceURLs.map((url) => ['', `[${url}]`, '[]', words(verbs)]));
