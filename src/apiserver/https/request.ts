// From the wire to an ApiRequest: path, query, credentials, body.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest, Credentials, HttpMethod } from '../../machinery/http.ts';
import { failure, unauthorized } from '../../machinery/status.ts';

/** MaxRequestBodyBytes of a real server. */
const BODY_LIMIT = 3 * 1024 * 1024;
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** The request without its body. `admin`: who asks over the insecure port. */
export function requestOf(message: IncomingMessage, admin?: Credentials): ApiRequest {
  const { headers, url = '/', method = 'GET' } = message;
  const mark = url.indexOf('?');
  const asked = method === 'HEAD' ? 'GET' : method;
  if (!METHODS.has(asked)) throw failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
  return {
    method: asked as HttpMethod,
    path: mark < 0 ? url : url.slice(0, mark),
    ...(mark < 0 ? {} : { query: queryOf(url.slice(mark + 1)) }),
    ...(headers.accept ? { accept: headers.accept } : {}),
    ...(headers['content-type'] && !headers['content-type'].startsWith(PROTOBUF) ? { contentType: headers['content-type'] } : {}),
    ...(headers['user-agent'] ? { userAgent: headers['user-agent'] } : {}),
    managedFields: true,
    auditID: auditIDOf(message),
    sourceIPs: sourcesOf(message),
    credentials: { ...(admin ?? identity(message)), ...impersonation(message) },
  };
}

/** A client may name its request; what it says is cut off where a real server cuts it. */
const auditIDOf = ({ headers }: IncomingMessage): string => String(headers['audit-id'] ?? '').slice(0, 64) || randomUUID();

/** Whence it came, by its own word for what lies before the last hop. */
function sourcesOf({ headers, socket }: IncomingMessage): string[] {
  const last = socket.remoteAddress?.replace(/^::ffff:/, '');
  const before = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  return last && before.at(-1) !== last ? [...before, last] : before;
}

function queryOf(text: string): Record<string, string[]> {
  const query: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) query[name] = [...(query[name] ?? []), value];
  return query;
}

/** Reads the body: text, or what protobuf holds; undefined when there is none. */
export async function bodyOf(message: IncomingMessage): Promise<unknown> {
  const tooLarge = (): Error => failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`, {});
  if (Number(message.headers['content-length']) > BODY_LIMIT) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  const bytes = Buffer.concat(chunks);
  if (message.headers['content-type']?.startsWith(PROTOBUF)) {
    const { decodeProtobuf } = await import('./protobuf/decode.ts');
    return decodeProtobuf(bytes);
  }
  return bytes.toString('utf8');
}

/** What a connection's certificate proved: the same object for all its requests. */
const certificates = new WeakMap<object, NonNullable<Credentials['certificate']>>();

function identity(message: IncomingMessage): Credentials {
  const socket = message.socket as TLSSocket;
  const known = certificates.get(socket);
  if (known) return { certificate: known };
  const peer = typeof socket.getPeerCertificate === 'function' ? socket.getPeerCertificate() : undefined;
  if (peer && Object.keys(peer).length > 0) {
    if (!socket.authorized) throw unauthorized();
    const subject = peer.subject as unknown as Record<string, string | string[] | undefined>;
    const certificate = {
      commonName: [subject.CN ?? ''].flat()[0] ?? '',
      organizations: [subject.O ?? []].flat(),
      fingerprint: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
    certificates.set(socket, certificate);
    return { certificate };
  }
  const [scheme, token] = (message.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && token ? { token } : {};
}

function impersonation({ headersDistinct: headers }: IncomingMessage): Pick<Credentials, 'impersonate'> {
  const user = headers['impersonate-user']?.[0];
  const uid = headers['impersonate-uid']?.[0];
  const groups = headers['impersonate-group'];
  const extra: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(headers)) {
    if (name.startsWith('impersonate-extra-')) extra[unescaped(name.slice('impersonate-extra-'.length))] = values ?? [];
  }
  const hasExtra = Object.keys(extra).length > 0;
  if (!user) {
    if (!uid && !groups && !hasExtra) return {};
    throw failure(
      500,
      'InternalError',
      'Internal error occurred: requested impersonation of groups, a uid or extra without impersonating a user',
    );
  }
  return { impersonate: { user, ...(uid ? { uid } : {}), ...(groups ? { groups } : {}), ...(hasExtra ? { extra } : {}) } };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
