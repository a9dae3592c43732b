// `create service nodeport`.
import { createFromFlags, nameArgument } from '../../../generator.ts';
import { defineVerb, KubectlError } from '../../../verb.ts';
import { portsOf } from './ports.ts';

export const createServiceNodePort = defineVerb({
  short: 'Make a service that is reached through a port of every node',
  examples: [{ about: 'Choose the port of the nodes', command: 'kubectl create service nodeport web --tcp=80:8080 --node-port=30080' }],
  flags: { tcp: 'PORT or PORT:TARGETPORT.', 'node-port': 'Port of the nodes; the server chooses when it is 0.' },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const ports = portsOf(flags.list('tcp'), flags.int('node-port'));
    if (ports.length === 0) throw new KubectlError('at least one tcp port specifier must be provided');
    const draft = {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name, labels: { app: name } },
      spec: { ports, selector: { app: name }, type: 'NodePort' },
      status: { loadBalancer: {} },
    };
    await createFromFlags(context, draft, { failure: 'failed to create NodePort service: ' });
    return 0;
  },
});
