// A served cluster on free ports with a state of its own, and plain requests to it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Serving, serve } from '../../src/cluster/serve.ts';

export interface Home {
  folder: string;
  stateFile: string;
  kubeconfig: string;
  problems: string[];
  start(): Promise<Serving>;
  remove(): void;
}

export function createHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'kubemu-serve-'));
  const stateFile = join(folder, 'cluster.json');
  const kubeconfig = join(folder, 'config');
  const problems: string[] = [];
  return {
    folder,
    stateFile,
    kubeconfig,
    problems,
    start: () =>
      serve({
        stateFile,
        bindAddress: '127.0.0.1',
        securePort: 0,
        insecurePort: 0,
        kubeconfig,
        env: { KUBEMU_CLOCK: 'max', KUBEMU_SEED: '1', KUBEMU_EPOCH: '2026-03-02T10:00:00Z' },
        report: (problem) => problems.push(problem),
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Tls {
  ca: string;
  cert?: string;
  key?: string;
}

/** What the written kubeconfig says. */
export function tlsOf(kubeconfig: string): Required<Tls> {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const pem = (text = ''): string => Buffer.from(text, 'base64').toString('utf8');
  const [cluster, user] = [config.clusters[0]?.cluster, config.users[0]?.user];
  return {
    ca: pem(cluster?.['certificate-authority-data']),
    cert: pem(user?.['client-certificate-data']),
    key: pem(user?.['client-key-data']),
  };
}

export interface Reply {
  code: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many kinds
  body: any;
}

export interface Ask {
  method?: string;
  body?: unknown;
  headers?: Record<string, string | string[]>;
  tls?: Tls;
}

export function open(url: string, { method = 'GET', body, headers = {}, tls }: Ask = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const sent = {
      ...(raw === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(raw)) }),
      ...headers,
    };
    const request = tls
      ? httpsRequest(url, { method, headers: sent, agent: false, ...tls })
      : httpRequest(url, { method, headers: sent, agent: false });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(raw);
  });
}

export async function ask(url: string, options: Ask = {}): Promise<Reply> {
  const reply = await open(url, options);
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  return { code: reply.statusCode ?? 0, headers: reply.headers, text, body: parsed };
}

/** The events of a watch, one by one. */
export async function* eventsOf(reply: IncomingMessage): AsyncGenerator<{ type: string; object: Record<string, unknown> }> {
  let rest = '';
  for await (const chunk of reply) {
    rest += (chunk as Buffer).toString('utf8');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}
