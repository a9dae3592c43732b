// `create deployment`.
import { containerNameFor, createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const createDeployment = defineVerb({
  short: 'Make a deployment from an image',
  examples: [
    { about: 'Three replicas of nginx', command: 'kubectl create deployment web --image=nginx --replicas=3' },
    { about: 'Give the container a command', command: 'kubectl create deployment idle --image=busybox -- sleep 3600' },
  ],
  flags: {
    image: 'Image to run; several make a Pod of several containers.',
    port: 'Port that the container listens on.',
    replicas: 'How many Pods to run.',
  },
  async run(context) {
    const { flags } = context;
    const name = nameArgument(context, { command: true });
    const images = flags.list('image');
    const command = context.argsAfterDash ?? [];
    if (images.length === 0) throw new KubectlError('at least one image must be specified');
    if (images.length > 1 && command.length > 0) throw new KubectlError('cannot specify multiple --image options and command');
    if (flags.int('replicas') < 0) throw new KubectlError('--replicas must be zero or more');
    const port = flags.int('port');
    const labels = { app: name };
    const containers = images.map((image) => ({
      name: containerNameFor(image),
      image,
      ...(command.length > 0 ? { command } : {}),
      ...(port >= 0 ? { ports: [{ containerPort: port }] } : {}),
      resources: {},
    }));
    const draft = {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name, labels },
      spec: {
        replicas: flags.int('replicas'),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
        strategy: {},
      },
      status: {},
    };
    await createFromFlags(context, draft, { failure: 'failed to create deployment: ' });
    return 0;
  },
});
