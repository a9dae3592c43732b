// Plays SubjectAccessReview and its kin: asks the authorizer what it would decide.
import type { ApiResponse } from '../../machinery/http.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { badRequest, type FieldError, invalid } from '../../machinery/status.ts';
import type { User } from '../authentication.ts';
import type { AccessAttributes } from '../authorization/attributes.ts';
import type { Call } from '../call.ts';
import { expectKind, parseBody } from '../decoding.ts';
import type { Server } from '../server.ts';

interface ReviewSpec {
  resourceAttributes?: Partial<Pick<AccessAttributes, 'verb' | 'group' | 'version' | 'resource' | 'subresource' | 'namespace' | 'name'>>;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: readonly string[];
  uid?: string;
  extra?: Readonly<Record<string, readonly string[]>>;
}

export const selfSubjectAccessReview = (server: Server, call: Call): Promise<ApiResponse> => review(server, call, () => call.user);

export const subjectAccessReview = (server: Server, call: Call): Promise<ApiResponse> => review(server, call, subjectOf);

export const localSubjectAccessReview = (server: Server, call: Call): Promise<ApiResponse> =>
  review(server, call, (spec, object) => {
    if ((spec.resourceAttributes?.namespace ?? '') !== call.info.namespace) {
      throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${object.metadata?.namespace ?? ''}`);
    }
    return subjectOf(spec);
  });

async function review(server: Server, call: Call, subject: (spec: ReviewSpec, object: KubeObject) => User): Promise<ApiResponse> {
  const object = expectKind(await parseBody(call.request), call.resource);
  const spec = (object.spec ?? {}) as ReviewSpec;
  const errors = problemsOf(spec, call.resource.kind.names.kind);
  if (errors.length) throw invalid(call.resource.kind.names, '', errors);
  const user = subject(spec, object);
  const { allowed, reason } = server.authorization.authorize(user, attributesOf(spec));
  const { kind, apiVersion } = { kind: call.resource.kind.names.kind, apiVersion: call.resource.apiVersion };
  return {
    code: 201,
    body: {
      kind,
      apiVersion,
      metadata: { ...object.metadata },
      spec,
      status: { allowed, ...(reason ? { reason } : {}) },
    },
  };
}

function subjectOf({ user = '', groups = [], uid, extra }: ReviewSpec): User {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: ReviewSpec): AccessAttributes {
  const { verb = '', group = '', version = '', resource = '', subresource = '', namespace = '', name = '' } = resourceAttributes ?? {};
  if (!nonResourceAttributes) return { verb, group, version, resource, subresource, namespace, name };
  const { path = '', verb: method = '' } = nonResourceAttributes;
  return { verb: method, path, group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
}

function problemsOf({ resourceAttributes, nonResourceAttributes, user, groups }: ReviewSpec, kind: string): FieldError[] {
  const errors: FieldError[] = [];
  if (resourceAttributes && nonResourceAttributes) {
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'spec.nonResourceAttributes',
      message: `Invalid value: ${JSON.stringify(nonResourceAttributes)}: cannot be specified in combination with resourceAttributes`,
    });
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'spec.resourceAttributes',
      message: 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    });
  }
  if (!kind.startsWith('Self') && !user && !groups?.length) {
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'spec.user',
      message: 'Invalid value: "": at least one of user or group must be specified',
    });
  }
  return errors;
}
