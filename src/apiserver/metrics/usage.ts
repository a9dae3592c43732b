// What a container uses, as a function of Pods alone: an idle baseline by image, what `stress` and busy loops are told to take, and what
// the requests of load generators cost. It neither varies with time nor knows what the simulated processes really do.
import type { Pod } from '../../api/core/pod.ts';
import type { V1Container } from '../../api/generated/types.ts';
import { milliValue, value } from '../../machinery/quantity.ts';

export interface Amount {
  /** Thousandths of a processor. */
  cpu: number;
  /** Bytes. */
  memory: number;
}

const Mi = 1024 * 1024;

/** Idle use by image, the first that matches. */
const BASELINES: readonly [image: RegExp, cpu: number, memoryMi: number][] = [
  [/kube-apiserver/, 42, 268],
  [/kube-controller-manager/, 14, 52],
  [/kube-scheduler/, 4, 24],
  [/kube-proxy/, 1, 18],
  [/\betcd\b/, 18, 61],
  [/coredns/, 2, 15],
  [/metrics-server/, 4, 21],
  [/calico/, 22, 94],
  [/local-path/, 1, 9],
  [/mysql/, 7, 412],
  [/mariadb/, 4, 96],
  [/postgres/, 3, 38],
  [/mongo/, 9, 158],
  [/elasticsearch|opensearch/, 22, 980],
  [/cassandra/, 30, 1150],
  [/kafka|zookeeper/, 12, 340],
  [/rabbitmq/, 8, 118],
  [/redis|valkey|memcached/, 2, 9],
  [/wordpress|php|hpa-example/, 1, 28],
  [/tomcat|jenkins|java|openjdk|spring/, 3, 210],
  [/prometheus|grafana/, 6, 84],
  [/nginx/, 1, 8],
  [/httpd|apache/, 1, 11],
  [/busybox|alpine|pause/, 0, 1],
  [/ubuntu|debian|curl/, 0, 2],
];

/** A request a second costs so many thousandths of a processor. */
const PER_REQUEST: readonly [image: RegExp, cpu: number][] = [
  [/hpa-example/, 8],
  [/wordpress|php|tomcat|java|spring/, 3],
  [/mysql|postgres|mongo/, 1],
];
const CHEAP_REQUEST = 0.2;
/** What a request takes from end to end, in seconds. */
const LATENCY = 0.0033;

/** Requests a second that arrive at a Pod. */
export type Load = (pod: Pod) => number;

export function usageOf(pod: Pod, container: V1Container, requests: number): Amount {
  const [, cpu, memoryMi] = BASELINES.find(([image]) => image.test(container.image ?? '')) ?? [undefined, 1, 16];
  const text = commandOf(container);
  const stress = stressOf(container.image ?? '', text);
  const cost = PER_REQUEST.find(([image]) => image.test(container.image ?? ''))?.[1] ?? CHEAP_REQUEST;
  const busy = isBusyLoop(text) ? 1000 : 0;
  const asking = loadOf(text) ? 5 : 0;
  const most = container.resources?.limits ?? {};
  const varied = memoryMi * Mi + (spread(pod.metadata.uid) % Math.max(1, memoryMi * 128)) * 1024;
  return {
    cpu: Math.min(Math.round(cpu + stress.cpu + busy + asking + requests * cost), most.cpu ? milliValue(most.cpu) : 2000),
    memory: Math.min(varied + stress.memory, most.memory ? value(most.memory) : Number.POSITIVE_INFINITY),
  };
}

const commandOf = ({ command = [], args = [] }: V1Container): string => [...command, ...args].join(' ');

/** `stress --cpu 2 --vm 1 --vm-bytes 150M`, `stress-ng`, and vish/stress with `-cpus 2 -mem-total 150Mi`. */
function stressOf(image: string, text: string): Amount {
  if (!/stress/.test(`${image} ${text}`)) return { cpu: 0, memory: 0 };
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  const workers = number(/(?:--cpu|-c)[ =](\d+)/) + number(/-cpus[ =]"?([\d.]+)/);
  const hogs = number(/(?:--vm|-m)[ =](\d+)/);
  const each = /(?:--vm-bytes)[ =](\w+)/.exec(text)?.[1];
  const total = /-mem-total[ =]"?(\w+)/.exec(text)?.[1];
  return { cpu: workers * 1000, memory: hogs * bytes(each ?? '256M') + (total ? bytes(total) : 0) };
}

/** stress means powers of two by K, M and G. */
function bytes(text: string): number {
  const [, amount = '0', unit = ''] = /^(\d+)([KMGkmg]?)/.exec(text) ?? [];
  return Number(amount) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' ');
}

const isBusyLoop = (text: string): boolean =>
  /while (?:true|:) ?; ?do (?::|true) ?; ?done/.test(text) ||
  /dd if=\/dev\/zero of=\/dev\/null|yes ?> ?\/dev\/null|md5sum \/dev\/zero/.test(text);

/** A loop that asks a host again and again: whom, and how often a second. */
export function loadOf(text: string): { host: string; rate: number } | undefined {
  const host =
    /(?:wget|curl)[^;|&]*?\bhttps?:\/\/([a-z0-9][a-z0-9.-]*)/.exec(text)?.[1] ??
    /(?:wget|curl)(?: -\S+)* ([a-z][a-z0-9.-]*)(?=[\s:;/]|$)/.exec(text)?.[1];
  if (!host || !/\b(?:while|until|for)\b/.test(text)) return undefined;
  const pause = Number(/sleep (\d*\.?\d+)/.exec(text)?.[1] ?? 0);
  return { host, rate: 1 / (pause + LATENCY) };
}

/** Who asks whom: the load of every running Pod's loops, shared by the Pods behind the Service that they name. */
export function loadFrom(pods: Iterable<Pod>, behind: (namespace: string, host: string) => readonly string[]): Load {
  const load = new Map<string, number>();
  for (const pod of pods) {
    if (pod.status?.phase !== 'Running') continue;
    for (const container of pod.spec.containers) {
      const asks = loadOf(commandOf(container));
      if (!asks) continue;
      const served = behind(pod.metadata.namespace ?? '', asks.host);
      for (const uid of served) load.set(uid, (load.get(uid) ?? 0) + asks.rate / served.length);
    }
  }
  return ({ metadata }) => load.get(metadata.uid) ?? 0;
}

/** A number that stays the same for a Pod and differs from its neighbour's. */
function spread(uid: string): number {
  let hash = 0;
  for (const letter of uid) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash;
}
