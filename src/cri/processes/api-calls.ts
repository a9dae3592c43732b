// A request of a process to a component that speaks the API: curl with a ServiceAccount's token.
import type { ApiHandler, HttpRequest, HttpResponse } from '../../machinery/http.ts';

const REASONS: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' };

export async function answerOfApi(api: ApiHandler, request: HttpRequest): Promise<HttpResponse> {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? request.headers.Authorization ?? '')?.[1];
  const [path = '/', search = ''] = request.path.split('?');
  const { code, body } = await api({
    method: request.method as 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    credentials: token === undefined ? {} : { token },
    ...(request.body !== '' && { body: JSON.parse(request.body) as unknown }),
  });
  return {
    status: code,
    reason: code < 300 ? 'OK' : (REASONS[code] ?? 'Error'),
    headers: { 'Content-Type': typeof body === 'string' ? 'text/plain' : 'application/json' },
    body: typeof body === 'string' ? body : `${JSON.stringify(body, null, 2)}\n`,
  };
}
