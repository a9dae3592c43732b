// HTTP/1.1 as bytes: requests taken out of what a connection brought, and answers for it.
import type { HttpRequest, HttpResponse } from './http.ts';

/** The first request in what came so far, and what is behind it; undefined when it is not all there yet. */
export function nextRequest(bytes: Buffer): { request: HttpRequest; rest: Buffer } | 'no HTTP' | undefined {
  if (bytes.length > 0 && !/^[A-Z]{1,10}( |$)/.test(bytes.toString('latin1', 0, 11).split('/', 1)[0] ?? '')) return 'no HTTP';
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || path === undefined) return 'no HTTP';
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = end + 4;
  const isChunked = headers['transfer-encoding']?.toLowerCase() === 'chunked';
  const body = isChunked ? unchunked(bytes, start) : sized(bytes, start, Number(headers['content-length'] ?? 0));
  if (!body) return undefined;
  return { request: { method, path, host: headers.host ?? '', headers, body: body.text }, rest: bytes.subarray(body.end) };
}

const sized = (bytes: Buffer, start: number, length: number): { text: string; end: number } | undefined =>
  bytes.length < start + length ? undefined : { text: bytes.toString('utf8', start, start + length), end: start + length };

function unchunked(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16) || 0;
    const from = line + 2;
    if (bytes.length < from + size + 2) return undefined;
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), end: at };
  }
}

export function written({ status, reason, headers, body }: HttpResponse, isHead: boolean): Buffer {
  const bytes = Buffer.from(body, 'utf8');
  const shown = Object.entries(headers).filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name));
  const lines = [`HTTP/1.1 ${status} ${reason}`, ...shown.map(([name, value]) => `${name}: ${value}`), `Content-Length: ${bytes.length}`];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), isHead ? Buffer.alloc(0) : bytes]);
}
