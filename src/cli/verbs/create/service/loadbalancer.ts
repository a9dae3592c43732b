// `create service loadbalancer`.
import { createFromFlags, nameArgument } from '../../../generator.ts';
import { defineVerb, KubectlError } from '../../../verb.ts';
import { portsOf } from './ports.ts';

export const createServiceLoadBalancer = defineVerb({
  short: 'Make a service that asks for an outside load balancer',
  examples: [{ about: 'Port 80 to port 8080 of the Pods', command: 'kubectl create service loadbalancer web --tcp=80:8080' }],
  flags: { tcp: 'PORT or PORT:TARGETPORT.' },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const ports = portsOf(flags.list('tcp'));
    if (ports.length === 0) throw new KubectlError('at least one tcp port specifier must be provided');
    const draft = {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name, labels: { app: name } },
      spec: { ports, selector: { app: name }, type: 'LoadBalancer' },
      status: { loadBalancer: {} },
    };
    await createFromFlags(context, draft, { failure: 'failed to create LoadBalancer service: ' });
    return 0;
  },
});
