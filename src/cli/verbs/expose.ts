// `expose`: a Service for what runs already.
import type { KubeObject } from '../../machinery/object.ts';
import { recorded } from '../change-cause.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { withLastApplied } from '../last-applied.ts';
import { resultPrinter } from '../print-result.ts';
import type { Info } from '../resources/builder.ts';
import { createObject, type Draft } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

const EXPOSABLE = new Set(['Pod', 'Service', 'ReplicationController', 'Deployment', 'ReplicaSet']);

export const expose = defineVerb({
  short: 'Make a service for a workload, a Pod or another service',
  examples: [
    { about: 'Port 80 to port 8080 of the Pods', command: 'kubectl expose deployment web --port=80 --target-port=8080' },
    { about: 'Through the nodes', command: 'kubectl expose pod web --type=NodePort --port=80 --name=web-np' },
  ],
  flags: {
    port: 'Port of the service; taken from the workload when it is left out.',
    'target-port': 'Port or port name of the Pods.',
    protocol: 'TCP, UDP or SCTP.',
    type: 'ClusterIP, NodePort, LoadBalancer or ExternalName.',
    name: 'Name of the service.',
    selector: 'Selector of the service; taken from the workload when it is left out.',
    'cluster-ip': 'Address, or None.',
    'external-ip': 'An outside address that leads to the service.',
    'session-affinity': 'None or ClientIP.',
    labels: 'Labels of the service.',
    overrides: 'JSON that is put over the generated object.',
  },
  async run(context) {
    const { flags } = context;
    const dryRun = dryRunOf(context);
    const print = await resultPrinter(context, { dryRun, local: dryRun === 'client' });
    const services = await context.mapper.byResource('services');
    const options = { files: true, args: context.args, fetch: true, enforceNamespace: true };
    const count = await eachTarget(context, options, async (info) => {
      const draft = recorded(context, await serviceFor(context, info));
      if (flags.string('namespace') && dryRun === 'client') draft.metadata.namespace = context.namespace;
      if (dryRun === 'client') return print(services, draft, 'exposed');
      const body = flags.bool('save-config') ? withLastApplied(draft) : draft;
      await print(services, await createObject(context, services, context.namespace, body, writeOptions(context, dryRun)), 'exposed');
    });
    if (count === 0) throw new KubectlError('no objects passed to expose');
    return 0;
  },
});

interface Port {
  port: number;
  protocol: string;
}

async function serviceFor(context: VerbContext, { mapping, name, object, source }: Info): Promise<Draft> {
  const { flags } = context;
  if (!EXPOSABLE.has(mapping.kind)) throw new KubectlError(`cannot expose a ${mapping.kind}.${mapping.group}`.replace(/\.$/, ''));
  const subject = source ? await (await import('../rest.ts')).getObject(context, mapping, context.namespace, name) : object;
  const serviceName = flags.string('name') || name.slice(0, 63);
  const selector = flags.string('selector') ? labelsFrom(flags.string('selector')) : selectorOf(mapping.kind, subject);
  const labels = flags.string('labels') ? labelsFrom(flags.string('labels')) : (subject?.metadata.labels ?? {});
  const ports = portsFor(context, subject, mapping.kind);
  const target = flags.string('target-port');
  const address = flags.string('cluster-ip');
  const affinity = flags.string('session-affinity');
  const draft: Draft = {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: serviceName, ...(Object.keys(labels).length > 0 ? { labels: { ...labels } } : {}) },
    spec: {
      ports: ports.map(({ port, protocol }, i) => ({
        ...(ports.length > 1 ? { name: `port-${i + 1}` } : {}),
        protocol,
        port,
        targetPort: target === '' ? port : /^\d+$/.test(target) ? Number(target) : target,
      })),
      selector,
      ...(address ? { clusterIP: address } : {}),
      ...(flags.string('type') ? { type: flags.string('type') } : {}),
      ...(flags.string('external-ip') ? { externalIPs: [flags.string('external-ip')] } : {}),
      ...(affinity ? { sessionAffinity: affinity } : {}),
      ...(flags.string('load-balancer-ip') ? { loadBalancerIP: flags.string('load-balancer-ip') } : {}),
    },
    status: { loadBalancer: {} },
  };
  const overrides = flags.string('overrides');
  if (!overrides) return draft;
  const { applyPatch, parsePatch } = await import('../local-patch.ts');
  return applyPatch(draft as Record<string, unknown>, await parsePatch(overrides), flags.string('override-type') as 'merge') as Draft;
}

function labelsFrom(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((spec) => {
      const [key = '', value, ...more] = spec.split('=');
      if (!key || value === undefined || more.length > 0) throw new KubectlError(`unexpected label spec: ${spec}`);
      return [key, value];
    }),
  );
}

function selectorOf(kind: string, object: KubeObject | undefined): Record<string, string> {
  const spec = (object?.spec ?? {}) as {
    selector?: { matchLabels?: Record<string, string>; matchExpressions?: unknown[] } & Record<string, unknown>;
  };
  if (kind === 'Pod') {
    const labels = object?.metadata.labels ?? {};
    if (Object.keys(labels).length === 0)
      throw new KubectlError(
        "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
      );
    return { ...labels };
  }
  if (kind === 'Service' || kind === 'ReplicationController') {
    if (!spec.selector)
      throw new KubectlError(
        `couldn't retrieve selectors via --selector flag or introspection: the ${kind.toLowerCase()} has no pod selector set`,
      );
    return spec.selector as unknown as Record<string, string>;
  }
  if (spec.selector?.matchExpressions?.length) {
    throw new KubectlError(
      `couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "${JSON.stringify(spec.selector.matchExpressions)}" to map-based selector format`,
    );
  }
  return spec.selector?.matchLabels ?? {};
}

interface ContainerPorts {
  containers?: readonly { ports?: readonly { containerPort: number; protocol?: string }[] }[];
}

function portsFor(context: VerbContext, object: KubeObject | undefined, kind: string): Port[] {
  const { flags } = context;
  const known = kind === 'Service' ? servicePorts(object) : containerPorts(object, kind);
  const given = flags.string('port');
  if (!given && known.length === 0) throw new KubectlError("couldn't find port via --port flag or introspection");
  const numbers = given
    ? given.split(',').map((text) => {
        if (!/^\d+$/.test(text)) throw new KubectlError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
        return Number(text);
      })
    : known.map(({ port }) => port);
  return numbers.map((port) => ({
    port,
    protocol: flags.string('protocol') || (known.find((one) => one.port === port)?.protocol ?? 'TCP'),
  }));
}

function containerPorts(object: KubeObject | undefined, kind: string): Port[] {
  const spec = object?.spec as (ContainerPorts & { template?: { spec?: ContainerPorts } }) | undefined;
  const containers = (kind === 'Pod' ? spec?.containers : spec?.template?.spec?.containers) ?? [];
  return containers.flatMap(({ ports = [] }) => ports.map(({ containerPort, protocol = 'TCP' }) => ({ port: containerPort, protocol })));
}

function servicePorts(object: KubeObject | undefined): Port[] {
  const { ports = [] } = (object?.spec ?? {}) as { ports?: readonly { port: number; protocol?: string }[] };
  return ports.map(({ port, protocol = 'TCP' }) => ({ port, protocol }));
}
