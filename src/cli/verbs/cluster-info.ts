// kubectl cluster-info: where the API server answers, and the services of kube-system that say they belong to the cluster.
import type { KubeObject } from '../../machinery/object.ts';
import type { LocalContext } from '../context.ts';
import { send } from '../rest.ts';
import { defineVerb } from '../verb.ts';

interface Service extends KubeObject {
  spec?: { ports?: { name?: string; port: number }[] };
}

export const clusterInfo = defineVerb({
  short: 'Show where the control plane and its services are',
  long: 'Shows the addresses of the control plane and of services labelled kubernetes.io/cluster-service=true.',
  examples: [{ about: 'Addresses of the current cluster', command: 'kubectl cluster-info' }],
  async run(context) {
    const { out } = context;
    const { server } = await (context as LocalContext).connection();
    const body = await send(context, {
      method: 'GET',
      path: '/api/v1/namespaces/kube-system/services',
      query: { labelSelector: 'kubernetes.io/cluster-service=true' },
    });
    out(`Kubernetes control plane is running at ${server}`);
    for (const { metadata, spec } of (body as { items: Service[] }).items) {
      const [port] = spec?.ports ?? [];
      const name = metadata.labels?.['kubernetes.io/name'] ?? metadata.name;
      out(
        `${name} is running at ${server}/api/v1/namespaces/kube-system/services/${metadata.name}${port?.name ? `:${port.name}` : ''}/proxy`,
      );
    }
    out('');
    out("To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    return 0;
  },
});
