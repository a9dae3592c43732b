// The flags of `cluster create` to what the cluster is made of.
import type { ClusterSpec, NodeSize } from '../../../cluster/clusters.ts';
import { isQuantity, value } from '../../../machinery/quantity.ts';
import { KubectlError, type VerbContext } from '../../verb.ts';

export async function specFromFlags({ flags, env }: VerbContext, name: string): Promise<ClusterSpec> {
  const { specFromEnv } = await import('../../../cluster/clusters.ts');
  const spec = { ...specFromEnv(env), name };
  if (flags.given('nodes') && flags.given('workers')) throw new KubectlError('--nodes and --workers cannot be given together');
  if (flags.given('nodes')) spec.nodes = nodesOf(flags.string('nodes'));
  if (flags.given('workers')) spec.nodes = counted(flags.int('workers') + 1, '--workers', 0);
  if (flags.given('cpu')) spec.cpu = quantity('--cpu', flags.string('cpu'), 1);
  if (flags.given('memory')) spec.memoryKi = Math.floor(quantity('--memory', flags.string('memory'), 2 ** 20) / 1024);
  if (flags.given('size')) spec.sizes = sizesOf(flags.list('size'), spec.nodes);
  if (flags.given('kubelet-version')) spec.kubeletVersions = versionsOf(flags.list('kubelet-version'), spec.nodes);
  if (flags.given('seed')) spec.seed = flags.string('seed');
  if (flags.given('addons')) spec.addons = addonsOf(flags.string('addons'));
  if (flags.bool('no-cni')) spec.addons = (spec.addons ?? ADDON_NAMES).filter((name) => name !== CNI);
  if (flags.given('clock')) {
    const mode = flags.string('clock');
    if (mode !== 'real' && mode !== 'max') throw new KubectlError(`--clock must be real or max, not ${JSON.stringify(mode)}`);
    spec.mode = mode;
  }
  return spec;
}

/** `controlplane, node01, node02`, or what is left of that when there are many. */
export function namesOf(nodes: readonly string[]): string {
  return nodes.length <= 12 ? nodes.join(', ') : `${nodes.slice(0, 3).join(', ')} … ${nodes.at(-1)}, ${nodes.length} nodes`;
}

/** In the order of installation; the same list as in cluster/bootstrap.ts, which is too much to load for a flag. */
export const ADDON_NAMES = ['kube-proxy', 'coredns', 'calico', 'metrics-server', 'local-path-provisioner', 'gateway-api'] as const;
const CNI = 'calico';

/** `none`, or names in any order. */
function addonsOf(text: string): string[] {
  const names = text === 'none' || text === '' ? [] : text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !ADDON_NAMES.some((known) => known === name));
  if (unknown !== undefined)
    throw new KubectlError(`there is no add-on ${JSON.stringify(unknown)}: choose from ${ADDON_NAMES.join(', ')}, or none`);
  return ADDON_NAMES.filter((name) => names.includes(name));
}

const most = 5000;

/** `3`, or names: the first node is the control plane. */
function nodesOf(text: string): string[] {
  if (/^\d+$/.test(text)) return counted(Number(text), '--nodes', 1);
  const names = text.split(',').map((name) => name.trim());
  const bad = names.find((name) => !/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(name) || name.length > 253);
  if (bad !== undefined) throw new KubectlError(`${JSON.stringify(bad)} is not a node name: it must be a lowercase RFC 1123 subdomain`);
  if (new Set(names).size !== names.length) throw new KubectlError('two nodes cannot have the same name');
  return names;
}

/** As exams name them: controlplane, node01, node02 … */
function counted(count: number, flag: string, least: number): string[] {
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new KubectlError(`${flag} must be between ${least} and ${flag === '--workers' ? most - 1 : most}`);
  return Array.from({ length: count }, (_, i) => (i === 0 ? 'controlplane' : `node${String(i).padStart(2, '0')}`));
}

/** `node01=4:8Gi`, processors and memory. */
function sizesOf(texts: readonly string[], nodes: readonly string[]): Record<string, NodeSize> {
  const sizes: Record<string, NodeSize> = {};
  for (const text of texts) {
    const [, name = '', cpu = '', memory = ''] = /^([^=]+)=([^:]+):(.+)$/.exec(text) ?? [];
    if (!name) throw new KubectlError(`--size must be NODE=CPU:MEMORY, such as node01=4:8Gi, not ${JSON.stringify(text)}`);
    checkNode('--size', name, nodes);
    sizes[name] = { cpu: quantity('--size', cpu, 1), memoryKi: Math.floor(quantity('--size', memory, 2 ** 20) / 1024) };
  }
  return sizes;
}

/** `v1.35.2` for all nodes, `node01=v1.34.1` for one. */
function versionsOf(texts: readonly string[], nodes: readonly string[]): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const text of texts) {
    const [name, version] = text.includes('=') ? [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] : ['*', text];
    if (name !== '*') checkNode('--kubelet-version', name, nodes);
    if (!/^v\d+\.\d+\.\d+([-+][-+.0-9A-Za-z]+)?$/.test(version))
      throw new KubectlError(`--kubelet-version must be a version such as v1.35.2, not ${JSON.stringify(version)}`);
    versions[name] = version;
  }
  return versions;
}

function checkNode(flag: string, name: string, nodes: readonly string[]): void {
  if (!nodes.includes(name)) throw new KubectlError(`${flag} names the node ${JSON.stringify(name)}, which the cluster does not have`);
}

function quantity(flag: string, text: string, least: number): number {
  const amount = isQuantity(text) ? value(text) : 0;
  if (!(amount >= least)) throw new KubectlError(`${flag} must be a quantity of at least ${least}, not ${JSON.stringify(text)}`);
  return amount;
}
