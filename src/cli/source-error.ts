// Says which file an error is about, as cmdutil.AddSourceToErr does: the server's reason and code stay.
import { StatusError } from '../machinery/status.ts';
import { KubectlError } from './verb.ts';

/** `error when creating "web.yaml": …`; objects that came from arguments keep the plain message. */
export function withSource(verb: string, source: string, error: unknown): unknown {
  if (!source || !(error instanceof Error)) return error;
  const message = `error when ${verb} ${JSON.stringify(source)}: ${error.message}`;
  if (error instanceof StatusError) return new StatusError({ ...error.status, message });
  return new KubectlError(message);
}
