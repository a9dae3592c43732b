// Requests and limits: known resources, no negative amounts, no request above its limit.
import { compareQuantities, formatQuantity, parseQuantity } from '../../../../machinery/quantity.ts';
import type { FieldError } from '../../../../machinery/status.ts';
import { invalidFor, invalidValue, required } from '../../../../machinery/validation/field-error.ts';
import { qualifiedName } from '../../../../machinery/validation/names.ts';
import type { V1ResourceRequirements } from '../../../generated/types.ts';

const CONTAINER_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage']);
const WHOLE = 1_000_000_000n;

export function validateResources(resources: V1ResourceRequirements | undefined, at: string): FieldError[] {
  const { limits = {}, requests = {} } = resources ?? {};
  const errors: FieldError[] = [];
  for (const resource of Object.keys(limits).sort()) errors.push(...validateAmount(resource, limits[resource] ?? '0', `${at}.limits`));
  for (const resource of Object.keys(requests).sort()) {
    const request = requests[resource] ?? '0';
    errors.push(...validateAmount(resource, request, `${at}.requests`));
    const limit = limits[resource];
    if (limit === undefined) {
      if (isExtended(resource)) errors.push(required(`${at}.limits`, 'Limit must be set for non overcommitable resources'));
      continue;
    }
    const order = compareQuantities(parseQuantity(request), parseQuantity(limit));
    if (isExtended(resource) && order !== 0)
      errors.push(invalidValue(`${at}.requests`, canonical(request), `must be equal to ${resource} limit of ${canonical(limit)}`));
    else if (order > 0)
      errors.push(
        invalidValue(`${at}.requests`, canonical(request), `must be less than or equal to ${resource} limit of ${canonical(limit)}`),
      );
  }
  return errors;
}

function validateAmount(resource: string, amount: string, at: string): FieldError[] {
  const here = `${at}[${resource}]`;
  const errors = invalidFor(here, resource, qualifiedName(resource));
  if (!resource.includes('/')) {
    if (!CONTAINER_RESOURCES.has(resource) && !resource.startsWith('hugepages-')) {
      errors.push(
        invalidValue(here, resource, 'must be a standard resource type or fully qualified'),
        invalidValue(here, resource, 'must be a standard resource for containers'),
      );
    }
  }
  const quantity = parseQuantity(amount);
  if (quantity.nano < 0n) errors.push(invalidValue(here, canonical(amount), 'must be greater than or equal to 0'));
  if (isExtended(resource) && quantity.nano % WHOLE !== 0n) errors.push(invalidValue(here, canonical(amount), 'must be an integer'));
  return errors;
}

const isExtended = (resource: string): boolean =>
  (resource.includes('/') && !resource.includes('kubernetes.io/')) || resource.startsWith('hugepages-');

const canonical = (amount: string): string => formatQuantity(parseQuantity(amount));
