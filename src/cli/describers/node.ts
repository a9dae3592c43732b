// `describe node`.
import type { V1Lease, V1Node, V1Pod } from '../../api/generated/types.ts';
import { addQuantities, formatQuantity, parseQuantity, type Quantity, wholeQuantity } from '../../machinery/quantity.ts';
import type { Describe } from './describer.ts';
import { Description, longTime, since } from './description.ts';
import { describeEvents } from './events.ts';

const ROLE = 'node-role.kubernetes.io/';

export const describeNode: Describe = async (object, around) => {
  const node = object as unknown as V1Node;
  const { metadata = {}, spec, status } = node;
  const name = metadata.name ?? '';
  const out = new Description();
  out.line(0, `Name:\t${name}`);
  const roles = Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(ROLE));
  out.line(
    0,
    `Roles:\t${
      roles
        .map((label) => label.slice(ROLE.length))
        .sort()
        .join(',') || '<none>'
    }`,
  );
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  const taints = (spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
  out.titled('Taints', taints.sort());
  out.line(0, `Unschedulable:\t${spec?.unschedulable ?? false}`);
  describeLease(
    out,
    (await around.list<V1Lease>('leases.coordination.k8s.io', 'kube-node-lease', { fieldSelector: `metadata.name=${name}` }))[0],
    name,
  );
  describeConditions(out, node);
  out.line(0, 'Addresses:');
  for (const { type, address } of status?.addresses ?? []) out.line(1, `${type}:\t${address}`);
  describeAmounts(out, 'Capacity', status?.capacity);
  describeAmounts(out, 'Allocatable', status?.allocatable);
  describeSystem(out, node);
  if (spec?.podCIDR) out.line(0, `PodCIDR:\t${spec.podCIDR}`);
  if (spec?.podCIDRs?.length) out.line(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}`);
  if (spec?.providerID) out.line(0, `ProviderID:\t${spec.providerID}`);
  const pods = await around.list<V1Pod>('pods', undefined, { fieldSelector: `spec.nodeName=${name}` });
  describePods(
    out,
    pods.filter(({ status: { phase } = {} }) => phase !== 'Succeeded' && phase !== 'Failed'),
    node,
    around.now(),
  );
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

function describeLease(out: Description, lease: V1Lease | undefined, name: string): void {
  if (!lease) {
    out.line(0, `Lease:\tFailed to get lease: leases.coordination.k8s.io ${JSON.stringify(name)} not found`);
    return;
  }
  const { holderIdentity, acquireTime, renewTime } = lease.spec ?? {};
  out.line(0, 'Lease:');
  out.line(1, `HolderIdentity:\t${holderIdentity ?? '<unset>'}`);
  out.line(1, `AcquireTime:\t${acquireTime ? longTime(acquireTime) : '<unset>'}`);
  out.line(1, `RenewTime:\t${renewTime ? longTime(renewTime) : '<unset>'}`);
}

function describeConditions(out: Description, { status }: V1Node): void {
  if (!status?.conditions?.length) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage');
  out.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
  for (const { type, status: value, lastHeartbeatTime, lastTransitionTime, reason = '', message = '' } of status.conditions) {
    out.line(1, `${type} \t${value} \t${longTime(lastHeartbeatTime)} \t${longTime(lastTransitionTime)} \t${reason} \t${message}`);
  }
}

function describeAmounts(out: Description, title: string, amounts: Readonly<Record<string, string>> | undefined): void {
  const names = Object.keys(amounts ?? {}).sort();
  if (names.length === 0) return;
  out.line(0, `${title}:`);
  for (const name of names) out.line(1, `${name}:\t${amounts?.[name] ?? ''}`);
}

function describeSystem(out: Description, { status }: V1Node): void {
  const info = status?.nodeInfo;
  out.line(0, 'System Info:');
  const rows = [
    ['Machine ID', info?.machineID],
    ['System UUID', info?.systemUUID],
    ['Boot ID', info?.bootID],
    ['Kernel Version', info?.kernelVersion],
    ['OS Image', info?.osImage],
    ['Operating System', info?.operatingSystem],
    ['Architecture', info?.architecture],
    ['Container Runtime Version', info?.containerRuntimeVersion],
    ['Kubelet Version', info?.kubeletVersion],
  ] as const;
  for (const [title, value] of rows) out.line(1, `${title}:\t${value ?? ''}`);
}

type Amounts = Record<string, Quantity>;

function describePods(out: Description, pods: readonly V1Pod[], { status }: V1Node, now: number): void {
  const allocatable = status?.allocatable ?? status?.capacity ?? {};
  const share = (amount: Quantity, resource: string): string => `${formatQuantity(amount)} (${percent(amount, allocatable[resource])}%)`;
  out.line(0, `Non-terminated Pods:\t(${pods.length} in total)`);
  out.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  out.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  const requests: Amounts = {};
  const limits: Amounts = {};
  for (const pod of pods) {
    const [own, most] = [podAmounts(pod, 'requests'), podAmounts(pod, 'limits')];
    const cells = [
      share(of(own, 'cpu'), 'cpu'),
      share(of(most, 'cpu'), 'cpu'),
      share(of(own, 'memory'), 'memory'),
      share(of(most, 'memory'), 'memory'),
    ];
    out.line(
      1,
      `${pod.metadata?.namespace ?? ''}\t${pod.metadata?.name ?? ''}\t\t${cells.join('\t')}\t${since(pod.metadata?.creationTimestamp, now)}`,
    );
    for (const [resource, amount] of Object.entries(own)) requests[resource] = add(requests[resource], amount);
    for (const [resource, amount] of Object.entries(most)) limits[resource] = add(limits[resource], amount);
  }
  out.line(0, 'Allocated resources:');
  out.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  out.line(1, 'Resource\tRequests\tLimits');
  out.line(1, '--------\t--------\t------');
  for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
    out.line(1, `${resource}\t${share(of(requests, resource), resource)}\t${share(of(limits, resource), resource)}`);
  }
  for (const resource of Object.keys(allocatable).sort()) {
    if (!resource.includes('/') && !resource.startsWith('hugepages-')) continue;
    out.line(1, `${resource}\t${formatQuantity(of(requests, resource))}\t${formatQuantity(of(limits, resource))}`);
  }
}

const of = (amounts: Amounts, resource: string): Quantity =>
  amounts[resource] ?? wholeQuantity(0, resource === 'cpu' ? 'DecimalSI' : 'BinarySI');
const add = (a: Quantity | undefined, b: Quantity): Quantity => (a ? addQuantities(a, b) : b);

function percent(amount: Quantity, whole: string | undefined): number {
  const total = whole === undefined ? 0n : parseQuantity(whole).nano;
  return total === 0n ? 0 : Math.trunc((Number(amount.nano) / Number(total)) * 100);
}

/** The sum of the containers, or the largest init container, whichever is more; sidecars count with the containers. */
function podAmounts({ spec }: V1Pod, kind: 'requests' | 'limits'): Amounts {
  const sum: Amounts = {};
  let largest: Amounts = {};
  const sidecars: Amounts = {};
  for (const { resources } of spec?.containers ?? []) addAll(sum, resources?.[kind]);
  for (const { resources, restartPolicy } of spec?.initContainers ?? []) {
    if (restartPolicy === 'Always') {
      addAll(sum, resources?.[kind]);
      addAll(sidecars, resources?.[kind]);
      largest = larger(largest, sidecars);
    } else {
      const together: Amounts = { ...sidecars };
      addAll(together, resources?.[kind]);
      largest = larger(largest, together);
    }
  }
  const total = larger(sum, largest);
  const own = spec?.resources?.[kind];
  if (own) for (const [resource, text] of Object.entries(own)) total[resource] = parseQuantity(text);
  if (spec?.overhead && (kind === 'requests' || Object.keys(total).length > 0)) addAll(total, spec.overhead);
  return total;
}

function addAll(sum: Amounts, amounts: Readonly<Record<string, string>> | undefined): void {
  for (const [resource, text] of Object.entries(amounts ?? {})) sum[resource] = add(sum[resource], parseQuantity(text));
}

function larger(a: Amounts, b: Amounts): Amounts {
  const most: Amounts = { ...a };
  for (const [resource, amount] of Object.entries(b)) {
    const other = most[resource];
    if (!other || other.nano < amount.nano) most[resource] = amount;
  }
  return most;
}
