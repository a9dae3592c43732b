// One request on its way through the pipeline, and answers that several stages give.
import type { ApiRequest } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
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
  /** Adds the managers that are derived, where the client wants to see them. */
  withManagers?: (object: KubeObject, resource: Resource) => KubeObject;
  /** Annotations of the audit event. */
  annotations: Record<string, string>;
}

export const methodNotAllowed = (): StatusError =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

const optionsOf = ({ verb }: RequestInfo): string =>
  verb === 'create' ? 'CreateOptions' : verb === 'update' ? 'UpdateOptions' : verb === 'patch' ? 'PatchOptions' : 'DeleteOptions';

/** apimachinery, ValidateFieldManager. */
export function checkFieldManager(info: RequestInfo): void {
  const manager = info.query.get('fieldManager');
  if (manager === '') return;
  const why =
    Buffer.byteLength(manager) > 128
      ? 'Too long: may not be more than 128 bytes'
      : /\p{Cc}/u.test(manager)
        ? `Invalid value: ${JSON.stringify(manager)}: should only contain printable characters`
        : undefined;
  if (why) throw failure(422, 'Invalid', `${optionsOf(info)}.meta.k8s.io "" is invalid: fieldManager: ${why}`);
}

export function isDryRun(info: RequestInfo): boolean {
  const values = info.query.all('dryRun').filter((value) => value !== '');
  for (const value of values) {
    if (value !== 'All') {
      throw failure(
        422,
        'Invalid',
        `${optionsOf(info)}.meta.k8s.io "" is invalid: dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`,
      );
    }
  }
  return values.length > 0;
}
