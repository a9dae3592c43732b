// `describe namespace`, and of what limits it: resource quotas and limit ranges.
import type { V1LimitRange, V1LimitRangeItem, V1Namespace, V1ResourceQuota } from '../../api/generated/types.ts';
import type { Describe } from './describer.ts';
import { Description, longTime } from './description.ts';

const HEADER = 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio';
const RULE = '----\t--------\t---\t---\t---------------\t-------------\t-----------------------';

export const describeNamespace: Describe = async (object, around) => {
  const { metadata = {}, status } = object as unknown as V1Namespace;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Status:\t${status?.phase ?? ''}`);
  if (status?.conditions?.length) {
    out.line(0, 'Conditions:');
    out.line(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage');
    out.line(1, '----\t------\t------------------\t------\t-------');
    for (const { type, status: value, lastTransitionTime, reason = '', message = '' } of status.conditions) {
      out.line(1, `${type}\t${value}\t${longTime(lastTransitionTime)}\t${reason}\t${message}`);
    }
  }
  const quotas = await around.list<V1ResourceQuota>('resourcequotas', metadata.name);
  out.line(0);
  if (quotas.length === 0) out.line(0, 'No resource quota.');
  else out.line(0, 'Resource Quotas');
  for (const quota of quotas) {
    out.line(1, `Name:\t${quota.metadata?.name ?? ''}`);
    if (quota.spec?.scopes?.length) out.line(1, `Scopes:\t${quota.spec.scopes.join(', ')}`);
    out.line(1, 'Resource\tUsed\tHard');
    out.line(1, '--------\t---\t---');
    for (const line of quotaLines(quota)) out.line(1, line);
  }
  const ranges = await around.list<V1LimitRange>('limitranges', metadata.name);
  out.line(0);
  if (ranges.length === 0) out.line(0, 'No LimitRange resource.');
  else {
    out.line(0, 'Resource Limits');
    out.line(0, ` ${HEADER}`);
    out.line(0, ` ${RULE}`);
    for (const line of ranges.flatMap(limitLines)) out.line(0, ` ${line}`);
  }
  return out.toString();
};

export const describeResourceQuota: Describe = async (object) => {
  const quota = object as unknown as V1ResourceQuota;
  const out = new Description();
  out.line(0, `Name:\t${quota.metadata?.name ?? ''}`);
  out.line(0, `Namespace:\t${quota.metadata?.namespace ?? ''}`);
  if (quota.spec?.scopes?.length) out.line(0, `Scopes:\t${quota.spec.scopes.join(', ')}`);
  out.line(0, 'Resource\tUsed\tHard');
  out.line(0, '--------\t----\t----');
  for (const line of quotaLines(quota)) out.line(0, line);
  return out.toString();
};

function quotaLines({ spec, status }: V1ResourceQuota): string[] {
  const hard = status?.hard ?? spec?.hard ?? {};
  return Object.keys(hard)
    .sort()
    .map((resource) => `${resource}\t${status?.used?.[resource] ?? '0'}\t${hard[resource] ?? ''}`);
}

export const describeLimitRange: Describe = async (object) => {
  const range = object as unknown as V1LimitRange;
  const out = new Description();
  out.line(0, `Name:\t${range.metadata?.name ?? ''}`);
  out.line(0, `Namespace:\t${range.metadata?.namespace ?? ''}`);
  out.line(0, HEADER);
  out.line(0, RULE);
  for (const line of limitLines(range)) out.line(0, line);
  return out.toString();
};

const limitLines = ({ spec }: V1LimitRange): string[] => (spec?.limits ?? []).flatMap(itemLines);

function itemLines(item: V1LimitRangeItem): string[] {
  const lists = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio];
  const resources = new Set(lists.flatMap((list) => Object.keys(list ?? {})));
  return [...resources].sort().map((resource) => `${item.type}\t${resource}\t${lists.map((list) => list?.[resource] ?? '-').join('\t')}`);
}
