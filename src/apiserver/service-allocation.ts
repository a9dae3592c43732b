// Plays pkg/registry/core/service/storage: cluster addresses and node ports. One address family, IPv4.
import type { V1ServicePort, V1ServiceSpec } from '../api/generated/types.ts';
import type { KubeObject } from '../machinery/object.ts';
import { type FieldError, invalid } from '../machinery/status.ts';
import type { Store } from '../machinery/store.ts';
import type { ApiServerDeps } from './context.ts';
import { type AddressRange, hasAddress, rangesOf, toAddress, toNumber } from './service-ranges.ts';

const ADDRESSES = '/kubemu/index/clusterips/';
const PORTS = '/kubemu/index/nodeports/';
const HEADLESS = 'None';

/** Gives a draft the addresses and ports that it needs and lacks. Nothing is taken before the Service is stored. */
export function allocate(draft: KubeObject, old: KubeObject | undefined, deps: ApiServerDeps): void {
  const spec = draft.spec as V1ServiceSpec | undefined;
  if (!spec || spec === old?.spec) return;
  const before = old?.spec as V1ServiceSpec | undefined;
  if (before) keepAllocated(spec, before);
  normalizeAddresses(spec, before);
  const errors: FieldError[] = [];
  if (spec.type !== 'ExternalName') allocateAddress(draft, spec, before, deps, errors);
  if (usesNodePorts(spec)) allocatePorts(draft, spec, before, deps, errors);
  if (errors.length) throw invalid({ group: '', kind: 'Service' }, draft.metadata.name, errors);
}

/** Follows a stored change: which Service has an address or a port. */
export function reindexService(store: Store, before: KubeObject | undefined, after: KubeObject | undefined): void {
  if (before?.spec !== undefined && before.spec === after?.spec) return;
  const old = before ? allocations(before) : [];
  const now = after ? allocations(after) : [];
  for (const key of old) if (!now.includes(key)) store.delete(key);
  if (after) for (const key of now) if (!old.includes(key)) store.put(key, `${after.metadata.namespace}/${after.metadata.name}`);
}

function allocations(service: KubeObject): string[] {
  const spec = service.spec as V1ServiceSpec;
  const keys = (spec.clusterIPs ?? []).filter((ip) => ip && ip !== HEADLESS).map((ip) => ADDRESSES + ip);
  for (const { nodePort, protocol = 'TCP' } of spec.ports ?? []) if (nodePort) keys.push(`${PORTS}${nodePort}/${protocol}`);
  if (spec.healthCheckNodePort) keys.push(`${PORTS}${spec.healthCheckNodePort}/TCP`);
  return keys;
}

const usesNodePorts = ({ type, allocateLoadBalancerNodePorts }: V1ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);

const needsHealthCheckPort = ({ type, externalTrafficPolicy }: V1ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';

/** What an update leaves out stays; what the new type cannot have goes. */
function keepAllocated(spec: V1ServiceSpec, before: V1ServiceSpec): void {
  const had = before.type !== 'ExternalName';
  if (spec.type === 'ExternalName') {
    if (spec.clusterIP === before.clusterIP) delete spec.clusterIP;
    delete spec.clusterIPs;
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
  } else if (had) {
    if (!spec.clusterIP && !spec.clusterIPs?.length) {
      if (before.clusterIP !== undefined) spec.clusterIP = before.clusterIP;
      if (before.clusterIPs) spec.clusterIPs = [...before.clusterIPs];
    }
    if (!spec.ipFamilies && before.ipFamilies) spec.ipFamilies = [...before.ipFamilies];
    if (!spec.ipFamilyPolicy && before.ipFamilyPolicy) spec.ipFamilyPolicy = before.ipFamilyPolicy;
  }
  const keeps = usesNodePorts(spec);
  for (const port of spec.ports ?? []) {
    const same = before.ports?.find((other) => other.port === port.port && (other.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (keeps && !port.nodePort && same?.nodePort) port.nodePort = same.nodePort;
    // A port that the user did not set himself does not outlive the type that needed it.
    if (!keeps && usesNodePorts(before) && port.nodePort === same?.nodePort) delete port.nodePort;
  }
  if (needsHealthCheckPort(spec) && !spec.healthCheckNodePort && before.healthCheckNodePort)
    spec.healthCheckNodePort = before.healthCheckNodePort;
  if (!needsHealthCheckPort(spec) && spec.healthCheckNodePort === before.healthCheckNodePort) delete spec.healthCheckNodePort;
}

/** `clusterIP` and the first of `clusterIPs` are one value. */
function normalizeAddresses(spec: V1ServiceSpec, before: V1ServiceSpec | undefined): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  const same = before?.clusterIPs?.[0] === spec.clusterIPs?.[0];
  if (before && spec.clusterIP && spec.clusterIP !== before.clusterIP && same) spec.clusterIPs = [spec.clusterIP];
}

function allocateAddress(
  draft: KubeObject,
  spec: V1ServiceSpec,
  before: V1ServiceSpec | undefined,
  deps: ApiServerDeps,
  errors: FieldError[],
): void {
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  const wanted = spec.clusterIP;
  if (wanted === HEADLESS || (wanted && wanted === before?.clusterIP)) return;
  const ranges = rangesOf(deps);
  if (wanted) {
    const problem = addressProblem(wanted, ranges, deps);
    if (problem) {
      errors.push({
        reason: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        message: `Invalid value: ${JSON.stringify(spec.clusterIPs)}: failed to allocate IP ${wanted}: ${problem}`,
      });
    }
    return;
  }
  const ip = ranges.reduce<string | undefined>((found, range) => found ?? freeAddress(draft, range, deps), undefined);
  if (!ip) {
    errors.push({
      reason: 'InternalError',
      field: 'spec.clusterIPs',
      message: `Internal error: failed to allocate a serviceIP: range is full`,
    });
    return;
  }
  spec.clusterIP = ip;
  spec.clusterIPs = [ip];
}

const isTaken = (ip: string, deps: ApiServerDeps): boolean => deps.store.get(ADDRESSES + ip) !== undefined || hasAddress(deps, ip);

function addressProblem(ip: string, ranges: readonly AddressRange[], deps: ApiServerDeps): string | undefined {
  const range = ranges.find(({ first, size }) => toNumber(ip) >= first && toNumber(ip) < first + size);
  if (!range) return 'the provided network does not match the current range';
  const offset = toNumber(ip) - range.first;
  if (!(offset > 0 && offset < range.size - 1)) {
    return `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${range.text}`;
  }
  return isTaken(ip, deps) ? 'provided IP is already allocated' : undefined;
}

/** Draws from the range above the band that is kept for addresses which somebody asks for by name; below it only when it is full. */
function freeAddress(draft: KubeObject, range: AddressRange, deps: ApiServerDeps): string | undefined {
  const usable = range.size - 2;
  const band = Math.min(Math.max(16, Math.floor(range.size / 16)), 256, usable);
  const upper = usable - band;
  const probe = (from: number, count: number): string | undefined => {
    if (count <= 0) return undefined;
    const start = deps.random.u32('cluster-ip', draft.metadata.uid) % count;
    for (let i = 0; i < count; i++) {
      const ip = toAddress(range.first + 1 + from + ((start + i) % count));
      if (!isTaken(ip, deps)) return ip;
    }
    return undefined;
  };
  return probe(band, upper) ?? probe(0, band);
}

function allocatePorts(
  draft: KubeObject,
  spec: V1ServiceSpec,
  before: V1ServiceSpec | undefined,
  deps: ApiServerDeps,
  errors: FieldError[],
): void {
  const [low = 30000, high = 32767] = (deps.options.serviceNodePortRange ?? '30000-32767').split('-').map(Number);
  const own = new Set((before?.ports ?? []).map(({ nodePort, protocol = 'TCP' }) => `${nodePort}/${protocol}`));
  const taken = new Set<string>();
  const isFree = (port: number, protocol: string): boolean =>
    !taken.has(`${port}/${protocol}`) && deps.store.get(`${PORTS}${port}/${protocol}`) === undefined;
  spec.ports?.forEach((port: V1ServicePort, index) => {
    const protocol = port.protocol ?? 'TCP';
    if (!port.nodePort) return;
    const id = `${port.nodePort}/${protocol}`;
    if (!own.has(id)) {
      const problem =
        port.nodePort < low || port.nodePort > high
          ? `provided port is not in the valid range. The range of valid ports is ${low}-${high}`
          : isFree(port.nodePort, protocol)
            ? undefined
            : 'provided port is already allocated';
      if (problem)
        errors.push({
          reason: 'FieldValueInvalid',
          field: `spec.ports[${index}].nodePort`,
          message: `Invalid value: ${port.nodePort}: ${problem}`,
        });
    }
    taken.add(id);
  });
  const draw = (purpose: string, protocol: string): number | undefined => {
    const size = high - low + 1;
    const band = Math.min(Math.max(16, Math.floor(size / 32)), 128);
    const count = size - band;
    const start = deps.random.u32(purpose, draft.metadata.uid) % count;
    for (let i = 0; i < count; i++) {
      const port = low + band + ((start + i) % count);
      if (isFree(port, protocol)) return port;
    }
    return undefined;
  };
  spec.ports?.forEach((port, index) => {
    if (port.nodePort) return;
    // The same port number over several protocols shares one node port.
    const twin = spec.ports?.find((other) => other.nodePort && other.port === port.port && other.protocol !== port.protocol);
    const protocol = port.protocol ?? 'TCP';
    const found = twin?.nodePort && isFree(twin.nodePort, protocol) ? twin.nodePort : draw(`node-port/${index}`, protocol);
    if (found === undefined) {
      errors.push({
        reason: 'InternalError',
        field: `spec.ports[${index}].nodePort`,
        message: 'Internal error: failed to allocate a nodePort: range is full',
      });
      return;
    }
    port.nodePort = found;
    taken.add(`${found}/${protocol}`);
  });
  if (needsHealthCheckPort(spec) && !spec.healthCheckNodePort) {
    const port = draw('health-check-node-port', 'TCP');
    if (port !== undefined) spec.healthCheckNodePort = port;
  }
}
