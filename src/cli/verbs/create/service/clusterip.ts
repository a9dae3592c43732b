// `create service clusterip`.
import { createFromFlags, nameArgument } from '../../../generator.ts';
import { defineVerb, KubectlError } from '../../../verb.ts';
import { portsOf } from './ports.ts';

export const createServiceClusterIP = defineVerb({
  short: 'Make a service that is reached inside the cluster',
  examples: [
    { about: 'Port 80 to port 8080 of the Pods', command: 'kubectl create service clusterip web --tcp=80:8080' },
    { about: 'Without an address of its own', command: 'kubectl create service clusterip db --clusterip=None' },
  ],
  flags: { tcp: 'PORT or PORT:TARGETPORT.', clusterip: 'Address, or None.' },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const address = flags.string('clusterip');
    const tcp = flags.list('tcp');
    if (tcp.length === 0 && address !== 'None') throw new KubectlError('at least one tcp port specifier must be provided');
    const ports = portsOf(tcp);
    const draft = {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name, labels: { app: name } },
      spec: {
        ...(ports.length > 0 ? { ports } : {}),
        selector: { app: name },
        ...(address ? { clusterIP: address } : {}),
        type: 'ClusterIP',
      },
      status: { loadBalancer: {} },
    };
    await createFromFlags(context, draft, { failure: 'failed to create ClusterIP service: ' });
    return 0;
  },
});
