// pkg/apis/admissionregistration/validation: webhooks, and the rules that they share with policies. Expressions are checked where the
// engine is: in the API server.
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, forbiddenField, invalidFor, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import { dnsSubdomain, qualifiedName } from '../../machinery/validation/names.ts';
import type {
  AdmissionregistrationV1WebhookClientConfig,
  V1MatchCondition,
  V1MatchResources,
  V1MutatingWebhook,
  V1RuleWithOperations,
  V1ValidatingWebhook,
} from '../generated/types.ts';

type Webhook = V1MutatingWebhook | V1ValidatingWebhook;
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const MOST_CONDITIONS = 64;

export function validateWebhooks({ webhooks }: { webhooks?: readonly Webhook[] | undefined }): FieldError[] {
  const names = new Set<string>();
  return (webhooks ?? []).flatMap((webhook, i) => {
    const errors = validateWebhook(webhook, `webhooks[${i}]`);
    if (names.has(webhook.name)) errors.push(duplicate(`webhooks[${i}].name`, webhook.name));
    names.add(webhook.name);
    return errors;
  });
}

function validateWebhook(webhook: Webhook, at: string): FieldError[] {
  const errors = [
    ...validateFullName(webhook.name ?? '', `${at}.name`),
    ...(webhook.rules ?? []).flatMap((rule, i) => validateRule(rule, `${at}.rules[${i}]`)),
    ...oneOf(webhook.failurePolicy, ['Fail', 'Ignore'], `${at}.failurePolicy`),
    ...oneOf(webhook.matchPolicy, ['Equivalent', 'Exact'], `${at}.matchPolicy`),
  ];
  if (webhook.sideEffects === undefined) errors.push(required(`${at}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
  else errors.push(...oneOf(webhook.sideEffects, ['None', 'NoneOnDryRun'], `${at}.sideEffects`));
  const { timeoutSeconds } = webhook;
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    errors.push(invalidValue(`${at}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'));
  }
  if ('reinvocationPolicy' in webhook) errors.push(...oneOf(webhook.reinvocationPolicy, ['IfNeeded', 'Never'], `${at}.reinvocationPolicy`));
  errors.push(
    ...validateLabelSelector(webhook.namespaceSelector, `${at}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${at}.objectSelector`),
    ...validateClient(webhook.clientConfig, `${at}.clientConfig`),
    ...validateReviewVersions(webhook.admissionReviewVersions ?? [], `${at}.admissionReviewVersions`),
    ...validateConditions(webhook.matchConditions, `${at}.matchConditions`),
  );
  return errors;
}

const oneOf = (value: string | undefined, supported: readonly string[], field: string): FieldError[] =>
  value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)];

function validateFullName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const problems = dnsSubdomain(name);
  if (problems.length > 0) return invalidFor(field, name, problems);
  return name.split('.').length < 3 ? [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')] : [];
}

export function validateRule(rule: V1RuleWithOperations, at: string): FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const alone = (list: readonly string[], field: string): FieldError[] =>
    list.length > 1 && list.includes('*')
      ? [invalidValue(`${at}.${field}`, list, `if '*' is present, must not specify other ${WORDS[field]}`)]
      : [];
  const WORDS: Record<string, string> = { operations: 'operations', apiGroups: 'API groups', apiVersions: 'API versions' };
  return [
    ...(operations.length === 0 ? [required(`${at}.operations`)] : []),
    ...alone(operations, 'operations'),
    ...operations.flatMap((one, i) => oneOf(one, OPERATIONS, `${at}.operations[${i}]`)),
    ...(apiGroups.length === 0 ? [required(`${at}.apiGroups`)] : []),
    ...alone(apiGroups, 'apiGroups'),
    ...(apiVersions.length === 0 ? [required(`${at}.apiVersions`)] : []),
    ...alone(apiVersions, 'apiVersions'),
    ...apiVersions.flatMap((one, i) => (one === '' ? [required(`${at}.apiVersions[${i}]`)] : [])),
    ...validateResources(resources, at),
    ...oneOf(scope, ['*', 'Cluster', 'Namespaced'], `${at}.scope`),
  ];
}

function validateResources(resources: readonly string[], at: string): FieldError[] {
  if (resources.length === 0) return [required(`${at}.resources`)];
  const errors: FieldError[] = [];
  const withStars = new Set(resources.filter((one) => one.endsWith('/*')).map((one) => one.split('/', 1)[0]));
  const subresources = new Set(resources.filter((one) => one.startsWith('*/')).map((one) => one.slice(2)));
  for (const [i, text] of resources.entries()) {
    const field = `${at}.resources[${i}]`;
    if (text === '') {
      errors.push(required(field));
      continue;
    }
    const [resource = '', subresource] = text.split('/', 2);
    if (subresource === undefined) continue;
    if (text === '*/*' && resources.length > 1) {
      errors.push(invalidValue(`${at}.resources`, resources, "if '*/*' is present, must not specify other resources"));
    }
    if (subresource !== '*' && withStars.has(resource)) {
      errors.push(invalidValue(field, text, `if '${resource}/*' is present, must not specify ${text}`));
    }
    if (resource !== '*' && subresources.has(subresource)) {
      errors.push(invalidValue(field, text, `if '*/${subresource}' is present, must not specify ${text}`));
    }
  }
  if (resources.length > 1 && resources.includes('*') && resources.some((one) => !one.includes('/') && one !== '*')) {
    errors.push(invalidValue(`${at}.resources`, resources, "if '*' is present, must not specify other resources without subresources"));
  }
  return errors;
}

function validateReviewVersions(versions: readonly string[], field: string): FieldError[] {
  if (versions.length === 0) return [required(field, 'must specify one of v1, v1beta1')];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, version] of versions.entries()) {
    if (seen.has(version)) errors.push(duplicate(`${field}[${i}]`, version));
    seen.add(version);
  }
  if (!versions.some((version) => version === 'v1' || version === 'v1beta1')) {
    errors.push(invalidValue(field, versions, 'must include at least one of v1, v1beta1'));
  }
  return errors;
}

const FORM = '; desired format: https://host[/path]';

/** apiserver/pkg/util/webhook: exactly one of an address and a Service. */
function validateClient(config: AdmissionregistrationV1WebhookClientConfig | undefined, at: string): FieldError[] {
  const { url, service, caBundle } = config ?? {};
  if ((url === undefined) === (service === undefined)) return [required(at, 'exactly one of url or service is required')];
  const errors: FieldError[] = url === undefined ? [] : validateURL(url, `${at}.url`);
  if (service) {
    if (!service.name) errors.push(required(`${at}.service.name`));
    if (!service.namespace) errors.push(required(`${at}.service.namespace`));
    const { port = 443, path } = service;
    if (port < 1 || port > 65_535) {
      errors.push(invalidValue(`${at}.service.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
    }
    if (path !== undefined) errors.push(...validatePath(path, `${at}.service.path`));
  }
  if (caBundle && !Buffer.from(caBundle, 'base64').toString('utf8').includes('-----BEGIN CERTIFICATE-----')) {
    const why = 'unable to load root certificates: unable to parse bytes as PEM block';
    errors.push(invalidValue(`${at}.caBundle`, caBundle, why));
  }
  return errors;
}

function validateURL(text: string, field: string): FieldError[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return [required(field, `url parse error: parse ${JSON.stringify(text)}: invalid URI for request${FORM}`)];
  }
  const errors: FieldError[] = [];
  const scheme = url.protocol.replace(/:$/, '');
  if (scheme !== 'https') errors.push(invalidValue(field, scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (url.host === '') errors.push(invalidValue(field, url.host, `host must be specified${FORM}`));
  if (url.username || url.password) errors.push(invalidValue(field, url.username, 'user information is not permitted in the URL'));
  if (url.hash) errors.push(invalidValue(field, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search) errors.push(invalidValue(field, url.search.slice(1), 'query parameters are not permitted in the URL'));
  return errors;
}

function validatePath(path: string, field: string): FieldError[] {
  if (path === '') return [];
  if (path === '/') return [];
  if (!path.startsWith('/')) return [invalidValue(field, path, "must start with a '/'")];
  const steps = path.slice(1).replace(/\/$/, '').split('/');
  return steps.flatMap((step, i) => {
    if (step === '') return [invalidValue(field, path, `segment[${i}] may not be empty`)];
    return dnsSubdomain(step).map((problem) => invalidValue(field, path, `segment[${i}]: ${problem}`));
  });
}

export function validateConditions(conditions: readonly V1MatchCondition[] | undefined, at: string): FieldError[] {
  const names = new Set<string>();
  const errors = (conditions ?? []).flatMap(({ name, expression }, i) => {
    const found: FieldError[] = [];
    if (!expression?.trim()) found.push(required(`${at}[${i}].expression`));
    if (!name) found.push(required(`${at}[${i}].name`));
    else if (names.has(name)) found.push(duplicate(`${at}[${i}].name`, name));
    else found.push(...invalidFor(`${at}[${i}].name`, name, qualifiedName(name)));
    names.add(name);
    return found;
  });
  if ((conditions?.length ?? 0) > MOST_CONDITIONS) errors.push(forbiddenField(at, `must have at most ${MOST_CONDITIONS} items`));
  return errors;
}

/** `matchConstraints` of a policy, or `matchResources` of its binding. */
export function validateMatchResources(match: V1MatchResources | undefined, at: string): FieldError[] {
  if (!match) return [];
  const { resourceRules = [], excludeResourceRules = [], matchPolicy, namespaceSelector, objectSelector } = match;
  return [
    ...oneOf(matchPolicy, ['Equivalent', 'Exact'], `${at}.matchPolicy`),
    ...validateLabelSelector(namespaceSelector, `${at}.namespaceSelector`),
    ...validateLabelSelector(objectSelector, `${at}.objectSelector`),
    ...resourceRules.flatMap((rule, i) => validateRule(rule, `${at}.resourceRules[${i}]`)),
    ...excludeResourceRules.flatMap((rule, i) => validateRule(rule, `${at}.excludeResourceRules[${i}]`)),
  ];
}
