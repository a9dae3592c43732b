// From an ApiResponse to the wire: JSON or YAML, compressed when that is asked for and worth it; watches and logs piece by piece.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiResponse } from '../../machinery/http.ts';
import { failure, type Status, type StatusError } from '../../machinery/status.ts';
import { eventText, textOf } from './object-texts.ts';
import { pump } from './pump.ts';

/** Smaller answers are not compressed. */
const WORTH_COMPRESSING = 128 * 1024;
const JSON_TYPE = 'application/json';
const DISCOVERY_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const SWAGGER_TYPE = 'application/com.github.proto-openapi.spec.v2';
const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

export async function respond(message: IncomingMessage, reply: ServerResponse, response: ApiResponse): Promise<void> {
  reply.setHeader('Cache-Control', 'no-cache, private');
  if (response.warnings?.length) reply.setHeader('Warning', response.warnings.map(warning));
  if (response.events) return stream(message, reply, response.events, JSON_TYPE, (event) => `${eventText(event)}\n`);
  if (response.stream) {
    return stream(message, reply, response.stream, 'text/plain', ({ channel, data }) => (channel === 'error' ? '' : (data as Uint8Array)));
  }
  const { code, body } = response;
  if (isSwagger(body) && String(message.headers.accept ?? '').startsWith(SWAGGER_TYPE)) {
    const bytes = swaggerHead(body);
    reply.writeHead(code, { 'Content-Type': `${SWAGGER_TYPE}.v1.0+protobuf`, 'Content-Length': bytes.length });
    reply.end(bytes);
    return;
  }
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : typeOf(body, message.headers.accept);
  const text = isText ? body : type === 'application/yaml' ? (await yaml())(body) : `${textOf(body ?? {})}\n`;
  let bytes = Buffer.from(text, 'utf8');
  if (bytes.length > WORTH_COMPRESSING && /\bgzip\b/.test(String(message.headers['accept-encoding'] ?? ''))) {
    bytes = await gzip(bytes);
    reply.setHeader('Content-Encoding', 'gzip');
    reply.setHeader('Vary', 'Accept-Encoding');
  }
  const retry = (body as Partial<Status> | undefined)?.details?.retryAfterSeconds;
  if (code >= 400 && retry) reply.setHeader('Retry-After', String(retry));
  reply.writeHead(code, { 'Content-Type': type, 'Content-Length': bytes.length });
  reply.end(message.method === 'HEAD' ? undefined : bytes);
}

export function respondError(message: IncomingMessage, reply: ServerResponse, { code, status }: StatusError): Promise<void> {
  return respond(message, reply, { code, body: status });
}

interface Swagger {
  swagger: string;
  info: { title: string; version: string };
}

const isSwagger = (body: unknown): body is Swagger => typeof body === 'object' && body !== null && 'swagger' in body;

/** What an OpenAPI v2 document is, and of what, as protobuf; its schemas are left out. */
function swaggerHead({ swagger, info }: Swagger): Buffer {
  const field = (number: number, value: string | Buffer): Buffer => {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes]);
  };
  return Buffer.concat([field(1, swagger), field(2, Buffer.concat([field(1, info.title), field(2, info.version)])), field(8, '')]);
}

/** The media type of an object's answer: the first of the header that can be had. */
function typeOf(body: unknown, accept: string | string[] | undefined): string {
  const { kind } = (body ?? {}) as { kind?: string };
  if (kind === 'APIGroupDiscoveryList') return DISCOVERY_TYPE;
  if (kind === 'Status') return JSON_TYPE;
  const first = String(accept ?? '')
    .split(',', 1)[0]
    ?.split(';', 1)[0]
    ?.trim();
  return first === 'application/yaml' ? first : JSON_TYPE;
}

/** Refuses what no answer could be written in. Logs and health are text, whatever was asked for. */
export function checkAcceptable({ headers: { accept }, url = '' }: IncomingMessage): void {
  if (!accept || !/^\/apis?(\/|$|\?)/.test(url)) return;
  const types = accept.split(',').map((type) => type.split(';', 1)[0]?.trim());
  if (types.some((type) => type === '*/*' || type === 'application/*' || type === JSON_TYPE || type === 'application/yaml')) return;
  if (/\/(log|exec|attach|portforward|proxy)(\/|\?|$)/.test(url)) return;
  throw failure(406, 'NotAcceptable', `only the following media types are accepted: ${ACCEPTED.join(', ')}`, {});
}

/** Sends pieces as they come; when the client goes away, nobody waits for the next one. */
async function stream<T>(
  message: IncomingMessage,
  reply: ServerResponse,
  source: AsyncIterable<T>,
  type: string,
  shown: (piece: T) => string | Uint8Array,
): Promise<void> {
  reply.writeHead(200, { 'Content-Type': type });
  reply.flushHeaders();
  if (message.method === 'HEAD') {
    const pieces = source[Symbol.asyncIterator]();
    await pieces.return?.();
    return void reply.end();
  }
  await pump(reply, source, shown);
}

const warning = (text: string): string => `299 - "${text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`;

async function yaml(): Promise<(body: unknown) => string> {
  return (await import('../../machinery/yaml-write.ts')).writeYaml;
}

async function gzip(bytes: Buffer): Promise<Buffer<ArrayBuffer>> {
  const [{ gzip }, { promisify }] = await Promise.all([import('node:zlib'), import('node:util')]);
  return (await promisify(gzip)(bytes, { level: 1 })) as Buffer<ArrayBuffer>;
}
