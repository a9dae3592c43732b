// Questions to the world outside a machine: connections, names, and filters that a library computes.
// Between two changes of what an answer depended on, the same question gets the same answer, so a loop of questions is a cycle.
//
// A request that reaches another process is more than a question: it leaves traces there. So it is asked once, at its own instant, by the
// machine that is kept; a projection ends where one is due, and whoever looks at an earlier instant reads the answer of then. A request
// that is repeated over and over reaches the other side the first OFTEN times; then only when a THIN-th of the time since the first has
// gone by since the last, and those between are answered as the last one was: a rule on virtual time, the same however time is cut.
import { DialError } from '../../machinery/dialer.ts';
import type { HttpRequest } from '../../machinery/http.ts';
import { answerOfApi } from './api-calls.ts';
import type { Kernel } from './kernel.ts';
import { runFilter } from './programs/filter.ts';
import type { Dial, HostAnswer, HostCall } from './state.ts';

type Question = Exclude<HostCall, { do: 'filter' }>;
type Answered = { answer: HostAnswer; reads: readonly string[] };

/** How many repetitions of one request reach the other side before they are thinned. */
const OFTEN = 120;
const THIN = 100;
/** Repetitions after which a request is nothing that a cluster settles for. */
const REPEATS = 30;
/** A pause after which a request is a new one. */
const PAUSE = 120_000;
/** Answers that are remembered. */
const MOST_DIALS = 64;

export async function answerCall(kernel: Kernel, container: string, call: HostCall): Promise<HostAnswer> {
  if (call.do === 'filter') return runFilter(call);
  const names = ownNames(kernel, container);
  const host = names[call.host] ?? call.host;
  if (call.do === 'resolve') {
    if (call.host === 'localhost') return { addresses: ['127.0.0.1'] };
    if (names[call.host]) return { addresses: [host] };
    return ask(kernel, call, async ({ netns, dialer }) => {
      const { addresses, reads } = dialer.resolve(netns, call.host);
      return { answer: addresses.length > 0 ? { addresses: [...addresses] } : { failure: 'no-such-host' }, reads };
    });
  }
  const own = await ownAnswer(kernel, host, call);
  if (own) return own;
  if (call.do === 'exchange') return exchangeOutside(kernel, host, call.port, call.request);
  return ask(kernel, call, async ({ netns, dialer }) => {
    const { address, reads } = await dialer.connect(netns, host, call.port);
    return { answer: { address }, reads };
  });
}

/** What this machine itself answers on its loopback device or its own address. */
async function ownAnswer(kernel: Kernel, host: string, call: Exclude<Question, { do: 'resolve' }>): Promise<HostAnswer | undefined> {
  const { podIP } = kernel.host;
  if (host !== 'localhost' && !host.startsWith('127.') && host !== '::1' && (host !== podIP || podIP === '')) return undefined;
  const address = host === podIP ? podIP : '127.0.0.1';
  const listener = kernel.s.listening.find((l) => l.port === call.port && (l.address !== '127.0.0.1' || address === '127.0.0.1'));
  if (!listener) return { failure: 'refused', address };
  if (call.do === 'connect') return { address };
  const response = await serveOwn(kernel, call.port, call.request);
  if (response) return { address, response };
  return listener.component ? undefined : { failure: 'reset', address };
}

async function serveOwn(kernel: Kernel, port: number, request: HttpRequest): Promise<HostAnswer['response']> {
  const listener = kernel.s.listening.find((l) => l.port === port);
  const process = listener && kernel.process(listener.c, listener.pid);
  const program = process && kernel.programs[process.prog];
  return process && program?.serve ? program.serve(kernel.sys(process), request, port) : undefined;
}

/** Something that leaves no traces. */
async function ask(kernel: Kernel, call: Question, question: (host: Kernel['host']) => Promise<Answered>): Promise<HostAnswer> {
  const key = call.do === 'resolve' ? `resolve ${call.host}` : `connect ${call.host} ${call.port}`;
  const known = kernel.s.dials[key];
  if (known && kernel.now < kernel.present) return remembered(kernel, known);
  const fresh = await question(kernel.host).catch(failed);
  // A projection ends where the world answers otherwise than before: what follows starts from a kept answer.
  if (kernel.projecting && JSON.stringify(known?.answer) !== JSON.stringify(fresh.answer)) kernel.noticed = true;
  return remember(kernel, key, fresh, {});
}

/** A request to whatever listens elsewhere. */
export async function exchangeOutside(kernel: Kernel, host: string, port: number, request: HttpRequest): Promise<HostAnswer> {
  const key = `exchange ${host} ${port} ${request.method} ${request.host}${request.path} ${request.body}`;
  const known = kernel.s.dials[key];
  if (known && (kernel.now < kernel.present || kernel.host.isCopy)) return remembered(kernel, known);
  const due = known && thinned(known);
  if (known && due !== undefined && kernel.now < due) {
    kernel.dueAgain = Math.min(kernel.dueAgain ?? due, due);
    return remembered(kernel, known);
  }
  try {
    const { dialer, netns, podIP } = kernel.host;
    const connection = await dialer.connect(netns, host, port);
    const { address, reads } = connection;
    if (address === podIP && podIP !== '' && kernel.s.listening.some((l) => l.port === connection.port)) {
      // Over a Service back to where it came from.
      const response = await serveOwn(kernel, connection.port, request);
      if (response) return { address, response };
    }
    if (kernel.projecting) {
      kernel.noticed = true;
      kernel.repeats = (known?.times ?? 0) >= REPEATS;
      return known?.answer ?? { failure: 'timeout', address };
    }
    const answer: HostAnswer = { address };
    if (connection.exchange) {
      const traced = { ...request, headers: { ...request.headers, 'X-Client-Address': podIP } };
      answer.response = await connection.exchange(traced, kernel.now, kernel.host.isCopy === true);
    } else if (connection.api && !kernel.host.isCopy) answer.response = await answerOfApi(connection.api, request);
    else answer.failure = 'reset';
    return remember(kernel, key, { answer, reads }, counted(known, kernel.now));
  } catch (error) {
    const fresh = failed(error);
    if (kernel.projecting && JSON.stringify(known?.answer) !== JSON.stringify(fresh.answer)) kernel.noticed = true;
    return remember(kernel, key, fresh, {});
  }
}

/** From when on a repeated request reaches the other side again; undefined: now. */
function thinned({ since, last, times }: Dial): number | undefined {
  if (since === undefined || last === undefined || (times ?? 0) < OFTEN) return undefined;
  return Math.ceil((THIN * last - since) / (THIN - 1));
}

function counted(known: Dial | undefined, now: number): Pick<Dial, 'since' | 'last' | 'times'> {
  const { since, last, times = 0 } = known ?? {};
  if (since === undefined || last === undefined || now - last > Math.max(PAUSE, (2 * (now - since)) / THIN))
    return { since: now, last: now, times: 1 };
  return { since, last: now, times: times + 1 };
}

function remembered(kernel: Kernel, { answer, reads }: Dial): HostAnswer {
  for (const read of reads) kernel.reads.add(read);
  return answer;
}

function remember(kernel: Kernel, key: string, { answer, reads }: Answered, count: Pick<Dial, 'since' | 'last' | 'times'>): HostAnswer {
  const { dials } = kernel.s;
  delete dials[key];
  dials[key] = { answer, reads: [...reads], ...count };
  const [oldest, ...others] = Object.keys(dials);
  if (oldest !== undefined && others.length >= MOST_DIALS) delete dials[oldest];
  for (const read of reads) kernel.reads.add(read);
  return answer;
}

function failed(error: unknown): Answered {
  if (!(error instanceof DialError)) throw error;
  return { answer: { failure: error.failure, ...(error.address !== undefined && { address: error.address }) }, reads: error.reads };
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
