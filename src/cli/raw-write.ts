// `create --raw` and `replace --raw`: a file sent to a path of the server, as it is.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { send } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export async function rawWrite(context: VerbContext, method: 'POST' | 'PUT'): Promise<number> {
  const { flags } = context;
  const files = flags.list('filename');
  const [file = ''] = files;
  if (files.length !== 1 || /^https?:/.test(file)) throw new KubectlError('--raw can only use a single local file or stdin');
  if (flags.string('output')) throw new KubectlError('--raw and --output are mutually exclusive');
  if (flags.bool('recursive')) throw new KubectlError('--raw and --recursive are mutually exclusive');
  if (flags.string('selector')) throw new KubectlError('--raw and --selector (-l) are mutually exclusive');
  const [path = '', search = ''] = flags.string('raw').split('?');
  if (!path.startsWith('/'))
    throw new KubectlError(`--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`);
  const text = file === '-' ? await context.stdin() : read(resolve(context.cwd, file), file);
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // The server says what it thinks of text that is not JSON.
  }
  const answer = await send(context, { method, path, query: Object.fromEntries(new URLSearchParams(search)), body });
  context.write(typeof answer === 'string' ? answer : `${JSON.stringify(answer)}\n`);
  return 0;
}

function read(path: string, typed: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new KubectlError(`open ${typed}: no such file or directory`);
  }
}
