import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required, tooLong } from '../../machinery/validation/field-error.ts';
import { dnsSubdomain } from '../../machinery/validation/names.ts';
import { age, nameWithDefault } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1IngressClass } from '../generated/types.ts';

export type IngressClass = Stored<V1IngressClass>;

export const IngressClass = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  setDefaults(ingressClass) {
    ingressClass.spec ??= {};
    if (ingressClass.spec.parameters) ingressClass.spec.parameters.scope ??= 'Cluster';
  },
  validate: validateClass,
  validateUpdate: (ingressClass, old) => [
    ...validateClass(ingressClass),
    ...(ingressClass.spec?.controller === old.spec?.controller
      ? []
      : [invalidValue('spec.controller', ingressClass.spec?.controller, 'field is immutable')]),
  ],
  columns: [
    nameWithDefault('ingressclass.kubernetes.io/is-default-class'),
    { header: 'CONTROLLER', cell: (ingressClass) => ingressClass.spec.controller ?? '' },
    { header: 'PARAMETERS', cell: parameters },
    age,
  ],
});

function parameters({ spec: { parameters } }: IngressClass): string {
  if (!parameters) return '<none>';
  return `${parameters.kind}${parameters.apiGroup ? `.${parameters.apiGroup}` : ''}/${parameters.name}`;
}

function validateClass({ spec }: IngressClass): FieldError[] {
  const { controller = '', parameters: given } = spec ?? {};
  const errors: FieldError[] = [];
  if (controller.length > 250) errors.push(tooLong('spec.controller', 250));
  if (controller === '') errors.push(required('spec.controller'));
  else errors.push(...invalidFor('spec.controller', controller, domainPrefixedPath(controller)));
  if (!given) return errors;
  const at = 'spec.parameters';
  if (!given.kind) errors.push(required(`${at}.kind`, 'kind is required'));
  if (!given.name) errors.push(required(`${at}.name`, 'name is required'));
  if (given.scope === undefined) return [...errors, required(`${at}.scope`)];
  if (given.scope !== 'Namespace' && given.scope !== 'Cluster')
    errors.push(notSupported(`${at}.scope`, given.scope, ['Cluster', 'Namespace']));
  if (given.scope === 'Namespace' && !given.namespace) errors.push(required(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  if (given.scope === 'Cluster' && given.namespace)
    errors.push(forbiddenField(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  return errors;
}

/** `acme.io/foo` */
function domainPrefixedPath(text: string): string[] {
  const slash = text.indexOf('/');
  const [host, path] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash <= 0 || path === '') return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  return dnsSubdomain(host).concat(/^[\w%!$&'()*+,;=.~:@/-]+$/.test(path) ? [] : ['Invalid path']);
}
