// One request on its way through the pipeline, and answers that several stages give.
import type { ApiRequest } from '../machinery/http.ts';
import type { AdmissionDecision } from '../machinery/records.ts';
import { failure, type StatusError } from '../machinery/status.ts';
import type { User } from './authentication.ts';
import type { RequestInfo } from './request-info.ts';
import type { Resource } from './resource.ts';

export interface Call {
  request: ApiRequest;
  info: RequestInfo;
  user: User;
  resource: Resource;
  /** Texts for `Warning` headers. */
  warnings: string[];
  /** What admission plugins did, for the records. */
  admission: AdmissionDecision[];
  /** Annotations of the audit event. */
  annotations: Record<string, string>;
}

export const methodNotAllowed = (): StatusError =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export function isDryRun(info: RequestInfo): boolean {
  const values = info.query.all('dryRun').filter((value) => value !== '');
  for (const value of values) {
    if (value !== 'All') {
      const options =
        info.verb === 'create'
          ? 'CreateOptions'
          : info.verb === 'update'
            ? 'UpdateOptions'
            : info.verb === 'patch'
              ? 'PatchOptions'
              : 'DeleteOptions';
      throw failure(
        422,
        'Invalid',
        `${options}.meta.k8s.io "" is invalid: dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`,
      );
    }
  }
  return values.length > 0;
}
