// One container's log, by the `log` subresource.
import type { VerbContext } from './verb.ts';

export interface LogSource {
  namespace: string;
  pod: string;
  container: string;
  /** What `--prefix` puts before each line. */
  label: string;
}

export async function readLog(
  context: VerbContext,
  source: LogSource,
  query: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const path = `/api/v1/namespaces/${source.namespace}/pods/${source.pod}/log`;
  const response = await context.client.request({ method: 'GET', path, query: { container: source.container, ...query } });
  if (!response.stream) return typeof response.body === 'string' ? response.body : '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const { channel, data } of response.stream)
    if (channel === 'stdout') text += decoder.decode(data as Uint8Array, { stream: true });
  return text + decoder.decode();
}

export function writeLines(context: VerbContext, text: string, label: string): void {
  if (text === '') return;
  if (!label) {
    context.write(text);
    return;
  }
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
  context.write(lines.map((line) => `${label}${line}\n`).join(''));
}
