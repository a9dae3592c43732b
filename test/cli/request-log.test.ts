import { expect, test } from 'vitest';
import { createRequestLog } from '../../src/cli/request-log.ts';
import { DialError } from '../../src/machinery/dialer.ts';
import type { ApiRequest, ApiResponse } from '../../src/machinery/http.ts';

const NOW = Date.parse('2026-11-20T13:45:06.789Z');
const GET: ApiRequest = { method: 'GET', path: '/api/v1/pods', query: { limit: '500' }, userAgent: 'kubectl/v1.36.0', credentials: {} };
const POST: ApiRequest = { ...GET, method: 'POST', query: {}, body: { kind: 'Pod' } };

/** What is said of one request, without what takes time and the line's beginning. */
async function said(level: number, request: ApiRequest, answer: ApiResponse | Error): Promise<string[]> {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const log = createRequestLog({
    level,
    files: ['/home/me/.kube/config'],
    server: 'https://10.0.0.1:6443',
    now: () => NOW,
    pid: 42,
    write,
  });
  const handled = log(async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  })(request);
  if (answer instanceof Error) await expect(handled).rejects.toBe(answer);
  else expect(await handled).toBe(answer);
  expect(lines.every((line) => line.startsWith('I1120 13:45:06.789000      42 '))).toBe(true);
  return lines.map((line) => line.slice(30).replace(/illiseconds=\d+/g, 'illiseconds=N'));
}

const LOADED = 'loader.go:402] Config loaded from file:  /home/me/.kube/config\n';
const ASKED = 'verb="GET" url="https://10.0.0.1:6443/api/v1/pods?limit=500"';
const OK: ApiResponse = { code: 200, body: { kind: 'PodList' } };
const ANSWER_HEADERS = [
  'Cache-Control: no-cache, private',
  'Content-Length: 19',
  'Content-Type: application/json',
  'Date: Fri, 20 Nov 2026 13:45:06 GMT',
]
  .map((line) => `\t${line}\n`)
  .join('');

test.each([
  [6, [LOADED, `round_trippers.go:632] "Response" ${ASKED} status="200 OK" milliseconds=N\n`]],
  [
    7,
    [
      LOADED,
      `round_trippers.go:527] "Request" ${ASKED} headers=<\n\tAccept: application/json\n\tUser-Agent: kubectl/v1.36.0\n >\n`,
      'round_trippers.go:632] "Response" status="200 OK" milliseconds=N\n',
    ],
  ],
  [
    8,
    [
      LOADED,
      'helper.go:105] "Request Body" body=""\n',
      `round_trippers.go:527] "Request" ${ASKED} headers=<\n\tAccept: application/json\n\tUser-Agent: kubectl/v1.36.0\n >\n`,
      `round_trippers.go:632] "Response" status="200 OK" headers=<\n${ANSWER_HEADERS} > milliseconds=N\n`,
      'helper.go:105] "Response Body" body=<\n\t{"kind":"PodList"}\n >\n',
    ],
  ],
  [
    9,
    [
      LOADED,
      'helper.go:105] "Request Body" body=""\n',
      `round_trippers.go:527] "Request" curlCommand=<\n\tcurl -v -XGET  -H "Accept: application/json" -H "User-Agent: kubectl/v1.36.0" 'https://10.0.0.1:6443/api/v1/pods?limit=500'\n >\n`,
      `round_trippers.go:632] "Response" ${ASKED} status="200 OK" headers=<\n${ANSWER_HEADERS} > milliseconds=N getConnectionMilliseconds=N serverProcessingMilliseconds=N\n`,
      'helper.go:105] "Response Body" body=<\n\t{"kind":"PodList"}\n >\n',
    ],
  ],
])('-v=%i', async (level, lines) => {
  expect(await said(level, GET, OK)).toEqual(lines);
});

test('a refusal is an answer like others, and no answer has no status', async () => {
  expect((await said(6, GET, { code: 404, body: {} })).at(-1)).toContain('status="404 Not Found"');
  const refused = new DialError('refused', '10.0.0.1', 6443, []);
  expect((await said(6, GET, refused)).at(-1)).toContain('status="" milliseconds');
});

test('a long body is cut as client-go cuts it', async () => {
  const long = { code: 200, body: 'x'.repeat(2000) };
  expect((await said(8, GET, long)).at(-1)).toBe(`helper.go:105] "Response Body" body="${'x'.repeat(1024)} [truncated 976 chars]"\n`);
  expect((await said(9, GET, long)).at(-1)).toBe(`helper.go:105] "Response Body" body="${'x'.repeat(2000)}"\n`);
});

test('what is sent is shown, with its type', async () => {
  const [, body, request] = await said(8, POST, { code: 201 });
  expect(body).toBe('helper.go:105] "Request Body" body=<\n\t{"kind":"Pod"}\n >\n');
  expect(request).toContain('\tContent-Type: application/json\n');
});
