// Plays the replica calculator: how many Pods one metric asks for. Pods that are not ready or not measured are counted so that
// they neither drive a scale-up nor a scale-down. Pure.
import type { Pod } from '../../api/core/pod.ts';
import type { V1Container, V2MetricTarget, V2MetricValueStatus } from '../../api/generated/types.ts';
import { type Instant, minutes, parseTime, seconds } from '../../machinery/clock.ts';
import { formatQuantity, milliQuantity, milliValue } from '../../machinery/quantity.ts';
import { isReady, readyCondition } from '../pods.ts';
import { MetricError } from './metric-error.ts';

/** By Pod and container, in thousandths. */
export type Measured = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface Proposal {
  replicas: number;
  current: V2MetricValueStatus;
}

const CPU_INITIALIZATION = minutes(5);
const INITIAL_READINESS = seconds(30);
const RESOLUTION = seconds(15);

/** By how much a ratio may be off before anything is done: a tenth, unless the autoscaler's behavior says otherwise. */
export interface Tolerances {
  up: number;
  down: number;
}

export interface Question {
  /** Empty for custom metrics. */
  resource: string;
  /** Only this container, for container metrics. */
  container?: string | undefined;
  target: V2MetricTarget;
  current: number;
  pods: readonly Pod[];
  measured: Measured;
  tolerances: Tolerances;
  now: Instant;
}

export function proposalFor(question: Question): Proposal {
  const { target, container, measured, resource, pods } = question;
  for (const pod of container === undefined ? [] : pods) {
    const { name, namespace } = pod.metadata;
    const containers = measured.get(name);
    if (container === undefined || !containers || containers.has(container)) continue;
    const why = `failed to get container metrics: container ${container} not present in metrics for pod ${namespace}/${name}`;
    throw new MetricError(`unable to get metrics for resource ${resource}: ${why}`);
  }
  if (pods.length === 0 && measured.size > 0) throw noPods();
  return target.averageUtilization === undefined ? byAverage(question) : byUtilization(question, target.averageUtilization);
}

interface Groups {
  /** Usage of ready Pods by name. */
  usage: Map<string, number>;
  unready: string[];
  missing: string[];
}

function grouped({ resource, container, pods, measured, now }: Question): Groups {
  const groups: Groups = { usage: new Map(), unready: [], missing: [] };
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp || pod.status?.phase === 'Failed') continue;
    const containers = measured.get(name);
    if (pod.status?.phase === 'Pending') groups.unready.push(name);
    else if (!containers) groups.missing.push(name);
    else if (resource === 'cpu' && isUnready(pod, now)) groups.unready.push(name);
    else
      groups.usage.set(
        name,
        [...containers].reduce((sum, [each, amount]) => (container && container !== each ? sum : sum + amount), 0),
      );
  }
  return groups;
}

/** A Pod that has just started uses CPU for starting: it counts only when it has been ready for a whole window. */
function isUnready(pod: Pod, now: Instant): boolean {
  const ready = readyCondition(pod);
  const start = pod.status?.startTime;
  if (!ready?.lastTransitionTime || !start) return true;
  const since = parseTime(ready.lastTransitionTime);
  if (parseTime(start) + CPU_INITIALIZATION > now) {
    return ready.status === 'False' || Math.floor(now / RESOLUTION) * RESOLUTION < since + RESOLUTION;
  }
  return ready.status === 'False' && parseTime(start) + INITIAL_READINESS > since;
}

function byUtilization(question: Question, target: number): Proposal {
  const { current, pods, tolerances } = question;
  const groups = grouped(question);
  if (groups.usage.size === 0) throw nothingMeasured(question);
  const requests = new Map(pods.map((pod) => [pod.metadata.name, requestOf(pod, question)]));
  const utilization = (usage: ReadonlyMap<string, number>): { percent: number; ratio: number } => {
    let used = 0;
    let requested = 0;
    for (const [name, amount] of usage) {
      used += amount;
      requested += requests.get(name) ?? 0;
    }
    if (requested === 0) throw new MetricError('no metrics returned matched known pods');
    const percent = Math.trunc((used * 100) / requested);
    return { percent, ratio: percent / target };
  };
  const { percent, ratio } = utilization(groups.usage);
  const average = Math.trunc([...groups.usage.values()].reduce((sum, amount) => sum + amount, 0) / groups.usage.size);
  const replicas = replicasFor(
    { groups, current, ratio, tolerances },
    (name, scalesDown) => {
      return scalesDown ? ((requests.get(name) ?? 0) * Math.max(100, target)) / 100 : 0;
    },
    (usage) => utilization(usage).ratio,
  );
  return { replicas, current: { averageUtilization: percent, averageValue: amountText(average) } };
}

function byAverage(question: Question): Proposal {
  const { current, target, tolerances } = question;
  const wanted = milliValue(target.averageValue ?? '0');
  const groups = grouped(question);
  if (groups.usage.size === 0) throw nothingMeasured(question);
  const average = (usage: ReadonlyMap<string, number>): number =>
    Math.trunc([...usage.values()].reduce((sum, amount) => sum + amount, 0) / usage.size);
  const measured = average(groups.usage);
  const replicas = replicasFor(
    { groups, current, ratio: measured / wanted, tolerances },
    (_, scalesDown) => (scalesDown ? wanted : 0),
    (usage) => average(usage) / wanted,
  );
  return { replicas, current: { averageValue: amountText(measured) } };
}

/** The status has all amounts in thousandths, or whole: memory too. */
export const amountText = (milli: number): string => formatQuantity(milliQuantity(milli, 'DecimalSI'));

/** calcPlainMetricReplicas and GetResourceReplicas have this in common. */
function replicasFor(
  { groups, current, ratio, tolerances }: { groups: Groups; current: number; ratio: number; tolerances: Tolerances },
  stand: (name: string, scalesDown: boolean) => number,
  ratioOf: (usage: ReadonlyMap<string, number>) => number,
): number {
  const { usage, unready, missing } = groups;
  const countsUnready = unready.length > 0 && ratio > 1;
  if (!countsUnready && missing.length === 0) return isTolerable(ratio, tolerances) ? current : Math.ceil(ratio * usage.size);
  const all = new Map(usage);
  if (ratio !== 1) for (const name of missing) all.set(name, stand(name, ratio < 1));
  if (countsUnready) for (const name of unready) all.set(name, 0);
  const cautious = ratioOf(all);
  if (isTolerable(cautious, tolerances) || cautious > 1 !== ratio > 1) return current;
  const replicas = Math.ceil(cautious * all.size);
  return cautious < 1 === replicas > current ? current : replicas;
}

const isTolerable = (ratio: number, { up, down }: Tolerances): boolean => 1 - down <= ratio && ratio <= 1 + up;

/** One value for the whole target (`Value`): as many ready Pods more as it is above its target. Values in thousandths. */
export function proposalForValue(
  value: number,
  target: number,
  { current, pods, tolerances }: Pick<Question, 'current' | 'pods' | 'tolerances'>,
): Proposal {
  const ratio = value / target;
  const shown = { value: amountText(value) };
  if (isTolerable(ratio, tolerances)) return { replicas: current, current: shown };
  if (pods.length === 0) throw new MetricError(`unable to calculate ready pods: ${noPods().message}`);
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isReady(pod)).length;
  return { replicas: Math.ceil(ratio * ready), current: shown };
}

/** One value that the Pods there are share (`AverageValue`). Values in thousandths. */
export function proposalForShare(value: number, target: number, replicas: number, tolerances: Tolerances): Proposal {
  const current = { averageValue: amountText(replicas === 0 ? 0 : Math.ceil(value / replicas)) };
  if (isTolerable(value / (target * replicas), tolerances)) return { replicas, current };
  return { replicas: Math.ceil(value / target), current };
}

const noPods = (): MetricError => new MetricError('no pods returned by selector while calculating replica count');

function nothingMeasured({ resource, measured }: Question): MetricError {
  if (measured.size === 0 && resource)
    return new MetricError(`unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`);
  return new MetricError('did not receive metrics for targeted pods (pods might be unready)');
}

function requestOf(pod: Pod, { resource, container }: Question): number {
  const counted: V1Container[] = [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ];
  let sum = 0;
  for (const { name, resources } of counted) {
    if (container !== undefined && container !== name) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined) throw new MetricError(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`);
    sum += milliValue(request);
  }
  return sum;
}
