// `port-forward`: ports of this computer lead to a Pod.
import type { V1Service } from '../../api/generated/types.ts';
import type { StreamChunk } from '../../machinery/http.ts';
import type { LocalContext } from '../context.ts';
import { forwardedPorts } from '../forwarded-ports.ts';
import { interrupted } from '../interrupted.ts';
import { podOf, targetOf } from '../pod-of.ts';
import { getObject } from '../rest.ts';
import { defineVerb, KubectlError } from '../verb.ts';

export const portForward = defineVerb({
  short: 'Forward ports of this computer to a pod',
  long: 'Listens on ports of this computer and sends what comes there to a Pod: one by its name, or the best one of a workload or Service.\nEnds with Ctrl-C, or when the Pod is lost.',
  examples: [
    { about: 'Port 8080 here is port 80 of the Pod', command: 'kubectl port-forward pod/web 8080:80' },
    { about: 'The same port at both ends', command: 'kubectl port-forward deployment/web 5000 6000' },
    { about: 'A port of a Service, by its name', command: 'kubectl port-forward service/web 8443:https' },
    { about: 'Any free port here', command: 'kubectl port-forward pod/web :80' },
  ],
  flags: {
    address: 'Addresses of this computer to listen on; localhost for both loopback addresses.',
    'pod-running-timeout': 'How long to wait until a workload has a Pod.',
  },
  async run(context) {
    const { args, flags } = context;
    const { io, afresh } = context as LocalContext;
    if (args.length < 2) throw new KubectlError('TYPE/NAME and list of ports are required for port-forward', { usage: true });
    const target = await targetOf(context, args[0] ?? '');
    const pod = await podOf(context, target, flags.duration('pod-running-timeout'));
    const { name = '', namespace = '' } = pod.metadata ?? {};
    const { phase = '' } = pod.status ?? {};
    if (phase !== 'Running') throw new KubectlError(`unable to forward port because pod is not running. Current status=${phase}`);
    const service = target.mapping.kind === 'Service' ? await getObject(context, target.mapping, namespace, target.name) : undefined;
    const ports = forwardedPorts(args.slice(1), pod, service as unknown as V1Service | undefined);

    const path = `/api/v1/namespaces/${namespace}/pods/${name}/portforward`;
    const send = async function* (remote: number, bytes: Uint8Array): AsyncIterable<StreamChunk> {
      const { client, close } = await afresh();
      try {
        const { stream } = await client.request({ method: 'POST', path, query: { ports: String(remote) }, stdin: once(bytes) });
        yield* stream ?? [];
      } finally {
        await close();
      }
    };
    const { forward } = await import('../port-forwarder.ts');
    let lose = (): void => {};
    const lost = new Promise<boolean>((resolve) => {
      lose = () => resolve(true);
    });
    const servers = await forward({
      addresses: flags.list('address'),
      ports,
      send,
      out: (line) => io.stdout(`${line}\n`),
      err: (line) => io.stderr(`${line}\n`),
      lost(local, remote, why) {
        io.stderr(`an error occurred forwarding ${local} -> ${remote}: ${why}\n`);
        lose();
      },
    });
    const isLost = await Promise.race([lost, interrupted()]);
    for (const server of servers) server.close();
    if (isLost) throw new KubectlError('lost connection to pod');
    return 0;
  },
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
