// `cpu=200m,memory=512Mi` of quotas, requests and limits.
import { canonicalQuantity, isQuantity } from '../machinery/quantity.ts';
import { KubectlError } from './verb.ts';

/** Undefined for no text. */
export function resourceList(text: string): Record<string, string> | undefined {
  if (!text) return undefined;
  const list: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [resource, amount, ...more] = part.split('=');
    if (!resource || amount === undefined || more.length > 0)
      throw new KubectlError(`Invalid argument syntax ${part}, expected <resource>=<value>`);
    if (!isQuantity(amount))
      throw new KubectlError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    list[resource] = canonicalQuantity(amount);
  }
  return list;
}
