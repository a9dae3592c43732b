import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, invalidValue, required } from '../../machinery/validation/field-error.ts';
import { dns1035Label, dnsSubdomain } from '../../machinery/validation/names.ts';
import { blank } from '../blank.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1APIService, V1APIServiceSpec } from '../generated/types.ts';

export type APIService = Stored<V1APIService>;

export const APIService = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  setDefaults(service) {
    service.spec ??= blank<V1APIServiceSpec>();
    if (service.spec.service) service.spec.service.port ??= 443;
  },
  prepareForCreate(service) {
    service.status = {};
  },
  validate: validateService,
  validateUpdate: (service, _old, subresource) => (subresource === 'status' ? [] : validateService(service)),
  nameRule: 'path-segment',
  columns: [
    name,
    { header: 'SERVICE', cell: ({ spec: { service } }) => (service ? `${service.namespace}/${service.name}` : 'Local') },
    { header: 'AVAILABLE', cell: available },
    age,
  ],
});

function available({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}

function validateService({ metadata, spec }: APIService): FieldError[] {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, service, insecureSkipTLSVerify, caBundle } = spec;
  const errors: FieldError[] = [];
  const wanted = `${version}.${group}`;
  if (metadata.name !== wanted) {
    errors.push(invalidValue('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`));
  }
  if (group === '' && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group) errors.push(...invalidFor('spec.group', group, dnsSubdomain(group)));
  errors.push(...invalidFor('spec.version', version, dns1035Label(version)));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000) {
    errors.push(invalidValue('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000'));
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    errors.push(invalidValue('spec.versionPriority', versionPriority, 'must be positive and less than 1000'));
  }
  if (!service) {
    if (caBundle)
      errors.push(
        invalidValue('spec.caBundle', `${Buffer.byteLength(caBundle, 'base64')} bytes`, 'local APIServices may not have a caBundle'),
      );
    if (insecureSkipTLSVerify)
      errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
    return errors;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  if (insecureSkipTLSVerify && caBundle)
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return errors;
}
