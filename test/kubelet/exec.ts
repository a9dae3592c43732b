// kubectl exec, as far as the kubelet sees it.
import type { Status } from '../../src/machinery/status.ts';
import type { World } from './harness.ts';

export async function exec(
  w: World,
  pod: string,
  container: string,
  command: string[],
): Promise<{ out: string; status: Status | undefined }> {
  const { stream, body } = await w.kubelet.handle('node01')({
    method: 'POST',
    path: `/exec/default/${pod}/${container}`,
    query: { command, stdout: 'true' },
    credentials: {},
  });
  if (!stream) throw new Error(String(body));
  let out = '';
  let status: Status | undefined;
  for await (const { channel, data } of stream) {
    if (channel === 'error') status = data as Status;
    else out += Buffer.from(data as Uint8Array).toString('utf8');
  }
  return { out, status };
}
