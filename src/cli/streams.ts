// The streams of exec and attach: output to where it belongs, and how the process ended.
import type { ApiResponse } from '../machinery/http.ts';
import type { Status } from '../machinery/status.ts';
import { failure, StatusError } from '../machinery/status.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** Copies the channels of a remote command; returns its exit code. */
export async function copyStreams(context: VerbContext, response: ApiResponse, options: { quietExit?: boolean } = {}): Promise<number> {
  const decoder = new TextDecoder();
  for await (const { channel, data } of response.stream ?? []) {
    if (channel === 'stdout') context.write(data as Uint8Array);
    else if (channel === 'stderr') context.err(decoder.decode(data as Uint8Array).replace(/\n$/, ''));
    else return endOf(data as Status, options);
  }
  return 0;
}

function endOf(status: Status, { quietExit = false }: { quietExit?: boolean }): number {
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (status.reason === 'NonZeroExitCode' && cause) {
    const code = Number(cause.message);
    if (quietExit) return code;
    throw new KubectlError(`command terminated with exit code ${code}`, { bare: true, exitCode: code });
  }
  if (status.reason === 'InternalError' || !status.reason)
    throw new KubectlError(`Internal error occurred: ${(status.message ?? '').replace(/^Internal error occurred: /, '')}`);
  throw new StatusError(failure(status.code, status.reason, status.message ?? '').status);
}
