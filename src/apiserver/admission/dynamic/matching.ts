// Which requests a webhook or policy is asked about (apiserver/pkg/admission/plugin/webhook/predicates): rules, selectors of the
// namespace and of the object. With matchPolicy Equivalent another version of a resource counts as the one that a rule names.
import type { V1LabelSelector, V1NamedRuleWithOperations } from '../../../api/generated/types.ts';
import { selects } from '../../../machinery/label-selector.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import type { AdmissionContext, Attributes } from '../plugin.ts';

export interface Match {
  rules: readonly V1NamedRuleWithOperations[] | undefined;
  excluded?: readonly V1NamedRuleWithOperations[] | undefined;
  matchPolicy: string | undefined;
  namespaceSelector: V1LabelSelector | undefined;
  objectSelector: V1LabelSelector | undefined;
}

const GROUP = 'admissionregistration.k8s.io';

/** What configures admission is beyond its reach: nobody locks themselves out. */
export const isExempt = ({ resource }: Attributes): boolean => resource.gr.group === GROUP;

/** What is stored of one kind of admission configuration, in order of names. */
export function configurations<T extends KubeObject>(context: AdmissionContext, plural: string): readonly T[] {
  const resource = context.resources.find(GROUP, 'v1', plural);
  const found = resource ? context.storage.few(resource, '') : [];
  return found.length > 0 ? found.map(({ value }) => value as T) : NONE;
}

const NONE: readonly never[] = [];

/** True when there is any policy of the kind that is about this request; cheap, since most clusters have none. */
export function hasPolicies(attributes: Attributes, context: AdmissionContext, plural: string): boolean {
  return !isExempt(attributes) && configurations(context, plural).length > 0;
}

export function matchesRequest(match: Match, attributes: Attributes, context: AdmissionContext): boolean {
  const equivalent = match.matchPolicy !== 'Exact';
  return (
    (match.rules ?? []).some((rule) => matchesRule(rule, attributes, equivalent)) &&
    !(match.excluded ?? []).some((rule) => matchesRule(rule, attributes, equivalent)) &&
    matchesNamespace(match.namespaceSelector, attributes, context) &&
    matchesObject(match.objectSelector, attributes)
  );
}

function matchesRule(
  rule: V1NamedRuleWithOperations,
  { operation, resource, subresource, name }: Attributes,
  equivalent: boolean,
): boolean {
  const { group, version, plural, namespaced } = resource.kind.names;
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], resourceNames = [], scope = '*' } = rule;
  const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
  if (!has(operations, operation) || !has(apiGroups, group) || !(equivalent || has(apiVersions, version))) return false;
  if (scope !== '*' && (scope === 'Namespaced') !== namespaced) return false;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  return resources.some((text) => {
    const [wanted = '', part = ''] = text.split('/');
    return (wanted === '*' || wanted === plural) && (part === '*' || part === subresource);
  });
}

/** Labels of the request's namespace; a Namespace is in itself. */
export function namespaceOf({ namespace, resource }: Attributes, { resources, storage }: AdmissionContext): KubeObject | undefined {
  const namespaces = resources.find('', 'v1', 'namespaces');
  if (!namespaces || !namespace || resource.kind.resource === 'namespaces') return undefined;
  return storage.get(namespaces, '', namespace)?.value;
}

function matchesNamespace(selector: V1LabelSelector | undefined, attributes: Attributes, context: AdmissionContext): boolean {
  if (!selector || isEverything(selector)) return true;
  if (attributes.resource.kind.resource === 'namespaces') {
    return selects(selector, (attributes.object ?? attributes.old)?.metadata.labels);
  }
  if (!attributes.resource.namespaced) return true;
  return selects(selector, namespaceOf(attributes, context)?.metadata.labels);
}

function matchesObject(selector: V1LabelSelector | undefined, { object, old }: Attributes): boolean {
  if (!selector || isEverything(selector)) return true;
  return [object, old].some((one) => one !== undefined && selects(selector, one.metadata.labels));
}

const isEverything = ({ matchLabels, matchExpressions }: V1LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;

export interface AdmissionRequest {
  uid: string;
  kind: { group: string; version: string; kind: string };
  resource: { group: string; version: string; resource: string };
  subResource?: string;
  requestKind: { group: string; version: string; kind: string };
  requestResource: { group: string; version: string; resource: string };
  requestSubResource?: string;
  name?: string;
  namespace?: string;
  operation: string;
  userInfo: { username: string; uid?: string; groups: readonly string[]; extra?: unknown };
  dryRun: boolean;
  options: Record<string, unknown> | null;
}

const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: 'PodExecOptions' } as const;

/** AdmissionRequest without the objects. */
export function admissionRequest(
  { operation, resource, subresource, name, namespace, user, dryRun }: Attributes,
  uid = '',
): AdmissionRequest {
  const { group, version, kind, plural } = resource.kind.names;
  const of = { group, version };
  return {
    uid,
    kind: { ...of, kind },
    resource: { ...of, resource: plural },
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: { ...of, kind },
    requestResource: { ...of, resource: plural },
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid ? { uid: user.uid } : {}),
      groups: user.groups,
      ...(user.extra ? { extra: user.extra } : {}),
    },
    dryRun,
    options: { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1' },
  };
}

/** The object in the draft's place: whoever holds the draft goes on with it. */
export function replaceDraft(draft: KubeObject, by: KubeObject): void {
  for (const field of Object.keys(draft)) if (!Object.hasOwn(by, field)) delete draft[field];
  Object.assign(draft, by);
}
