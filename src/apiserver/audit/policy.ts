// Plays apiserver/pkg/audit/policy: what is written down of a request. The first rule that matches decides; where none does, nothing is.
import type { User } from '../authentication.ts';
import type { RequestInfo } from '../request-info.ts';

export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof LEVELS)[number];

export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof STAGES)[number];

export interface GroupResources {
  group?: string;
  resources?: readonly string[];
  resourceNames?: readonly string[];
}

export interface PolicyRule {
  level: Level;
  users?: readonly string[];
  userGroups?: readonly string[];
  verbs?: readonly string[];
  resources?: readonly GroupResources[];
  namespaces?: readonly string[];
  nonResourceURLs?: readonly string[];
  omitStages?: readonly Stage[];
  omitManagedFields?: boolean;
}

export interface AuditPolicy {
  rules: readonly PolicyRule[];
  omitStages?: readonly Stage[];
  omitManagedFields?: boolean;
}

/** What a policy says of one request. */
export interface AuditDecision {
  level: Level;
  omitStages: readonly Stage[];
  omitManagedFields: boolean;
}

const NOTHING: AuditDecision = { level: 'None', omitStages: [], omitManagedFields: false };

export function decide(policy: AuditPolicy, user: User, info: RequestInfo): AuditDecision {
  const rule = policy.rules.find((one) => matches(one, user, info));
  if (!rule) return NOTHING;
  return {
    level: rule.level,
    omitStages: [...(policy.omitStages ?? []), ...(rule.omitStages ?? [])],
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

/** None is below Metadata, and so on. */
export const isAtLeast = (level: Level, other: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(other);

function matches(rule: PolicyRule, user: User, info: RequestInfo): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (users?.length && !users.includes(user.name)) return false;
  if (userGroups?.length && !userGroups.some((group) => user.groups.includes(group))) return false;
  if (verbs?.length && !verbs.includes(info.verb)) return false;
  if (namespaces?.length || resources?.length) return matchesResource(rule, info);
  if (nonResourceURLs?.length) return !info.isResource && nonResourceURLs.some((url) => matchesPath(url, info.path));
  return true;
}

function matchesResource({ namespaces, resources }: PolicyRule, info: RequestInfo): boolean {
  if (!info.isResource) return false;
  if (namespaces?.length && !namespaces.includes(info.namespace)) return false;
  if (!resources?.length) return true;
  return resources.some(({ group = '', resources: names, resourceNames }) => {
    if (group !== info.group) return false;
    if (!names?.length) return true;
    if (resourceNames?.length && !resourceNames.includes(info.name)) return false;
    return names.some((name) => matchesName(name, info));
  });
}

/** `pods`, `pods/log`, `pods/*`, `*`/scale, `*`; a bare name leaves out subresources. */
function matchesName(pattern: string, { resource, subresource }: RequestInfo): boolean {
  if (pattern === '*' || pattern === (subresource ? `${resource}/${subresource}` : resource)) return true;
  if (!subresource) return pattern === `${resource}/*`;
  return pattern === `*/${subresource}` || pattern === `${resource}/*`;
}

const matchesPath = (url: string, path: string): boolean =>
  url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));

/** Reads a Policy of audit.k8s.io/v1; throws an Error that names the field. */
export function readPolicy(value: unknown): AuditPolicy {
  const fail = (why: string): never => {
    throw new Error(why);
  };
  if (!isRecord(value)) return fail('it holds no object');
  if (value.apiVersion !== 'audit.k8s.io/v1') fail(`its apiVersion must be audit.k8s.io/v1, not ${JSON.stringify(value.apiVersion ?? '')}`);
  if (value.kind !== 'Policy') fail(`its kind must be Policy, not ${JSON.stringify(value.kind ?? '')}`);
  known(value, ['apiVersion', 'kind', 'metadata', 'rules', 'omitStages', 'omitManagedFields'], '');
  stages(value.omitStages, 'omitStages');
  if (!Array.isArray(value.rules) || value.rules.length === 0) fail('rules: it has none, so nothing would ever be written');
  const { rules } = value as { rules: unknown[] };
  for (const [index, rule] of rules.entries()) checkRule(rule, `rules[${index}]`);
  return value as unknown as AuditPolicy;

  function checkRule(given: unknown, path: string): void {
    const rule = isRecord(given) ? given : fail(`${path}: it is no object`);
    known(rule, RULE_FIELDS, path);
    if (!LEVELS.includes(rule.level as Level)) {
      fail(`${path}.level: Unsupported value: ${JSON.stringify(rule.level ?? '')}: supported values: ${quoted(LEVELS)}`);
    }
    stages(rule.omitStages, `${path}.omitStages`);
    for (const field of ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs']) strings(rule[field], `${path}.${field}`);
    const urls = (rule.nonResourceURLs ?? []) as string[];
    const resources = (rule.resources ?? []) as unknown[];
    if (!Array.isArray(resources)) fail(`${path}.resources: it is no list`);
    if (urls.length > 0 && (resources.length > 0 || (rule.namespaces as unknown[] | undefined)?.length)) {
      fail(
        `${path}.nonResourceURLs: Invalid value: ${JSON.stringify(urls)}: rules cannot apply to both regular resources and non-resource URLs`,
      );
    }
    for (const [i, url] of urls.entries()) {
      if (url !== '*' && !url.startsWith('/'))
        fail(
          `${path}.nonResourceURLs[${i}]: Invalid value: ${JSON.stringify(url)}: non-resource URL rules must begin with a '/' character`,
        );
      if (url !== '*' && url.slice(0, -1).includes('*')) {
        fail(
          `${path}.nonResourceURLs[${i}]: Invalid value: ${JSON.stringify(url)}: non-resource URL wildcards '*' must be the final character of the rule`,
        );
      }
    }
    for (const [i, entry] of resources.entries()) {
      const at = `${path}.resources[${i}]`;
      const one = isRecord(entry) ? entry : fail(`${at}: it is no object`);
      known(one, ['group', 'resources', 'resourceNames'], at);
      strings(one.resources, `${at}.resources`);
      strings(one.resourceNames, `${at}.resourceNames`);
      if ((one.resourceNames as unknown[] | undefined)?.length && !(one.resources as unknown[] | undefined)?.length) {
        fail(
          `${at}.resourceNames: Invalid value: ${JSON.stringify(one.resourceNames)}: using resourceNames requires at least one resource`,
        );
      }
    }
  }

  function known(object: Record<string, unknown>, fields: readonly string[], path: string): void {
    const unknown = Object.keys(object).find((field) => !fields.includes(field));
    if (unknown !== undefined) fail(`unknown field "${path ? `${path}.` : ''}${unknown}"`);
  }

  function strings(list: unknown, path: string): void {
    if (list === undefined || list === null) return;
    if (!Array.isArray(list) || list.some((one) => typeof one !== 'string')) fail(`${path}: it is no list of strings`);
  }

  function stages(list: unknown, path: string): void {
    strings(list, path);
    const unknown = ((list ?? []) as string[]).findIndex((stage) => !STAGES.includes(stage as Stage));
    if (unknown >= 0) {
      fail(`${path}[${unknown}]: Unsupported value: ${JSON.stringify((list as string[])[unknown])}: supported values: ${quoted(STAGES)}`);
    }
  }
}

const RULE_FIELDS = [
  'level',
  'users',
  'userGroups',
  'verbs',
  'resources',
  'namespaces',
  'nonResourceURLs',
  'omitStages',
  'omitManagedFields',
];
const quoted = (values: readonly string[]): string => values.map((value) => JSON.stringify(value)).join(', ');
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
