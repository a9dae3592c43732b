// Questions to the world outside a machine: connections, names, and filters that a library computes.
// Between two changes of what an answer depended on, the same question gets the same answer, so a loop of questions is a cycle.
import { type Connection, DialError } from '../../machinery/dialer.ts';
import type { Kernel } from './kernel.ts';
import { runFilter } from './programs/filter.ts';
import type { HostAnswer, HostCall } from './state.ts';

export async function answerCall(kernel: Kernel, container: string, call: HostCall): Promise<HostAnswer> {
  if (call.do === 'filter') return runFilter(call);
  const key = questionKey(call);
  const known = kernel.s.dials[key];
  if (known && kernel.now < kernel.present) {
    for (const read of known.reads) kernel.reads.add(read);
    return known.answer;
  }
  const { answer, reads } = await askHost(kernel, container, call);
  // A projection ends where the world answers otherwise than before: what follows starts from a kept answer.
  if (kernel.projecting && JSON.stringify(known?.answer) !== JSON.stringify(answer)) kernel.noticed = true;
  kernel.s.dials[key] = { answer, reads: [...reads] };
  for (const read of reads) kernel.reads.add(read);
  return answer;
}

function questionKey(call: Exclude<HostCall, { do: 'filter' }>): string {
  if (call.do === 'resolve') return `resolve ${call.host}`;
  if (call.do === 'connect') return `connect ${call.host} ${call.port}`;
  return `exchange ${call.host} ${call.port} ${call.request.method} ${call.request.host}${call.request.path} ${call.request.body}`;
}

async function askHost(
  kernel: Kernel,
  container: string,
  call: Exclude<HostCall, { do: 'filter' }>,
): Promise<{ answer: HostAnswer; reads: readonly string[] }> {
  const { dialer, netns, podIP } = kernel.host;
  if (call.do === 'resolve') {
    if (call.host === 'localhost') return { answer: { addresses: ['127.0.0.1'] }, reads: [] };
    const own = ownNames(kernel, container)[call.host];
    if (own) return { answer: { addresses: [own] }, reads: [] };
    const { addresses, reads } = dialer.resolve(netns, call.host);
    return { answer: addresses.length > 0 ? { addresses: [...addresses] } : { failure: 'no-such-host' }, reads };
  }
  const target = ownNames(kernel, container)[call.host] ?? call.host;
  if (target === 'localhost' || target.startsWith('127.') || target === '::1' || (target === podIP && podIP !== '')) {
    const address = target === podIP ? podIP : '127.0.0.1';
    const listener = kernel.s.listening.find((l) => l.port === call.port && (l.address !== '127.0.0.1' || address === '127.0.0.1'));
    if (!listener) return { answer: { failure: 'refused', address }, reads: [] };
    if (call.do === 'connect') return { answer: { address }, reads: [] };
    const process = kernel.process(listener.c, listener.pid);
    const program = process && kernel.programs[process.prog];
    if (process && program?.serve)
      return { answer: { address, response: await program.serve(kernel.sys(process), call.request, call.port) }, reads: [] };
    if (!listener.component) return { answer: { failure: 'reset', address }, reads: [] };
  }
  try {
    const connection = await dialer.connect(netns, target, call.port);
    const answer: HostAnswer = { address: connection.address };
    if (call.do === 'exchange') await exchange(connection, call, kernel.now, answer);
    return { answer, reads: connection.reads };
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    return { answer: { failure: error.failure, ...(error.address !== undefined && { address: error.address }) }, reads: error.reads };
  }
}

async function exchange(
  connection: Connection,
  call: Extract<HostCall, { do: 'exchange' }>,
  at: number,
  answer: HostAnswer,
): Promise<void> {
  if (connection.exchange) {
    answer.response = await connection.exchange(call.request, at);
    return;
  }
  if (connection.api) {
    const token = /^Bearer (.+)$/.exec(call.request.headers.authorization ?? call.request.headers.Authorization ?? '')?.[1];
    const [path = '/', search = ''] = call.request.path.split('?');
    const method = call.request.method as 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    const reply = await connection.api({
      method,
      path,
      query: Object.fromEntries(new URLSearchParams(search)),
      credentials: token === undefined ? {} : { token },
      ...(call.request.body !== '' && { body: JSON.parse(call.request.body) as unknown }),
    });
    const text = typeof reply.body === 'string' ? reply.body : `${JSON.stringify(reply.body, null, 2)}\n`;
    answer.response = {
      status: reply.code,
      reason:
        reply.code < 300
          ? 'OK'
          : reply.code === 401
            ? 'Unauthorized'
            : reply.code === 403
              ? 'Forbidden'
              : reply.code === 404
                ? 'Not Found'
                : 'Error',
      headers: { 'Content-Type': typeof reply.body === 'string' ? 'text/plain' : 'application/json' },
      body: text,
    };
    return;
  }
  answer.failure = 'reset';
}

/** Names of the container's /etc/hosts. */
function ownNames(kernel: Kernel, container: string): Record<string, string> {
  const names: Record<string, string> = {};
  const file = kernel.files.text(container, '/etc/hosts');
  if (typeof file !== 'string') {
    const text = 'text' in file ? file.text : file.inode.segs.filter((s) => typeof s === 'string').join('');
    for (const line of text.split('\n')) {
      const [address, ...hosts] = line.replace(/#.*/, '').trim().split(/\s+/);
      for (const host of hosts) if (address && names[host] === undefined && !address.includes(':')) names[host] = address;
    }
  }
  if (kernel.host.hostname && names[kernel.host.hostname] === undefined && kernel.host.podIP)
    names[kernel.host.hostname] = kernel.host.podIP;
  return names;
}
