// `create service externalname`.
import { createFromFlags, nameArgument } from '../../../generator.ts';
import { defineVerb, KubectlError } from '../../../verb.ts';
import { portsOf } from './ports.ts';

export const createServiceExternalName = defineVerb({
  short: 'Make a service that stands for a DNS name outside',
  examples: [
    { about: 'A name for a database elsewhere', command: 'kubectl create service externalname db --external-name=db.example.com' },
  ],
  flags: { 'external-name': 'The DNS name.', tcp: 'PORT or PORT:TARGETPORT.' },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const externalName = flags.string('external-name');
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(externalName)) {
      throw new KubectlError(`invalid service external name ${externalName}`);
    }
    const ports = portsOf(flags.list('tcp'));
    const draft = {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name, labels: { app: name } },
      spec: { ...(ports.length > 0 ? { ports } : {}), selector: { app: name }, type: 'ExternalName', externalName },
      status: { loadBalancer: {} },
    };
    await createFromFlags(context, draft, { failure: 'failed to create ExternalName service: ' });
    return 0;
  },
});
