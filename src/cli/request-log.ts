// What `-v=6` and more say of each request, in the words of client-go's debugging round tripper and klog. Left out: what only a network
// connection has (names resolved, dialling, TLS) and headers that this server does not send to itself.
import { STATUS_CODES } from 'node:http';
import { calendar, wallNow } from '../machinery/clock.ts';
import type { ApiHandler, ApiRequest, ApiResponse } from '../machinery/http.ts';

export interface RequestLogOptions {
  /** From 6 on: the answer; 7: the request's headers; 8: bodies and the answer's headers; 9: a curl command. */
  level: number;
  /** The kubeconfig files that were read. */
  files: readonly string[];
  /** `https://127.0.0.1:6443` */
  server: string;
  /** Time on the log's lines. */
  now(): number;
  pid: number;
  write(line: string): void;
}

/** How much of a body is shown from a level on (client-go, truncateBody). */
const SHOWN: Readonly<Record<number, number>> = { 8: 1024, 9: 10_240 };

/** @returns what stands between a command and the API server */
export function createRequestLog(options: RequestLogOptions): (handle: ApiHandler) => ApiHandler {
  const { level, server, now, pid, write } = options;
  /** Told with the first request, when it is known what time it is. */
  let untold = options.files;
  const log = (at: string, text: string): void => write(`${head(now(), pid)} ${at}] ${text}\n`);
  const say = (at: string, message: string, values: Values): void => log(at, `"${message}"${textOf(values)}`);
  const body = (message: string, text: string): void => {
    if (level >= 8) say('helper.go:105', message, [['body', truncated(text, level)]]);
  };
  return (handle) => async (request) => {
    for (const file of untold) log('loader.go:402', `Config loaded from file:  ${file}`);
    untold = [];
    const asked = { verb: request.method, url: server + urlOf(request) };
    body('Request Body', request.body === undefined ? '' : jsonOf(request.body));
    const before = requestValues(level, request, asked);
    if (before.length > 0) say('round_trippers.go:527', 'Request', before);
    const start = wallNow();
    let response: ApiResponse | undefined;
    try {
      response = await handle(request);
      return response;
    } finally {
      const text = response?.body === undefined ? '' : jsonOf(response.body);
      say('round_trippers.go:632', 'Response', responseValues(level, response, text, asked, { ms: wallNow() - start, at: now() }));
      if (response?.body !== undefined) body('Response Body', text);
    }
  };
}

type Values = readonly (readonly [name: string, value: string | number])[];

interface Asked {
  verb: string;
  url: string;
}

function requestValues(level: number, request: ApiRequest, { verb, url }: Asked): Values {
  const headers = headersOf(request);
  if (level >= 9) return [['curlCommand', `curl -v -X${verb} ${headers.map((one) => ` -H ${JSON.stringify(one)}`).join('')} '${url}'\n`]];
  if (level < 7) return [];
  return [
    ['verb', verb],
    ['url', url],
    ['headers', `${headers.join('\n')}\n`],
  ];
}

function responseValues(
  level: number,
  response: ApiResponse | undefined,
  text: string,
  { verb, url }: Asked,
  took: { ms: number; at: number },
): Values {
  const status = response ? `${response.code} ${STATUS_CODES[response.code] ?? ''}`.trimEnd() : '';
  const hasRequest = level === 7 || level === 8;
  const asked: Values = [
    ['verb', verb],
    ['url', url],
  ];
  return [
    ...(hasRequest ? [] : asked),
    ['status', status],
    ...(level >= 8 && response ? ([['headers', answerHeaders(response, text, took.at)]] as Values) : []),
    ['milliseconds', took.ms],
    ...(level >= 9
      ? ([
          ['getConnectionMilliseconds', 0],
          ['serverProcessingMilliseconds', took.ms],
        ] as Values)
      : []),
  ];
}

function headersOf({ accept, contentType, body, method, userAgent = '' }: ApiRequest): string[] {
  const type = contentType ?? (body === undefined || method === 'GET' ? undefined : 'application/json');
  return [`Accept: ${accept ?? 'application/json'}`, ...(type ? [`Content-Type: ${type}`] : []), `User-Agent: ${userAgent}`];
}

function answerHeaders({ warnings = [] }: ApiResponse, text: string, at: number): string {
  const lines = [
    'Cache-Control: no-cache, private',
    ...(text ? [`Content-Length: ${Buffer.byteLength(text)}`, 'Content-Type: application/json'] : []),
    `Date: ${calendar(at).toUTCString()}`,
    ...warnings.map((warning) => `Warning: 299 - ${JSON.stringify(warning)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** klog's line: severity and date, time in microseconds, process. */
function head(at: number, pid: number): string {
  const time = calendar(at).toISOString();
  return `I${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 23)}000 ${String(pid).padStart(7)}`;
}

/** klog's key=value; a text of several lines stands between angle brackets. */
function textOf(values: Values): string {
  return values
    .map(([name, value]) => {
      if (typeof value === 'number') return ` ${name}=${value}`;
      if (!value.includes('\n')) return ` ${name}=${JSON.stringify(value)}`;
      return ` ${name}=<\n${value
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `\t${line}\n`)
        .join('')} >`;
    })
    .join('');
}

function truncated(text: string, level: number): string {
  const most = SHOWN[level] ?? text.length;
  return text.length <= most ? text : `${text.slice(0, most)} [truncated ${text.length - most} chars]`;
}

const jsonOf = (body: unknown): string => (typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);

/** Go's url.Values.Encode: names in order. */
function urlOf({ path, query = {} }: ApiRequest): string {
  const given = new URLSearchParams();
  for (const name of Object.keys(query).sort()) {
    const value = query[name];
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) given.append(name, one);
  }
  const text = given.toString();
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path;
}
