// The strict decoding of bodies: unknown fields are refused, warned about or dropped, as `fieldValidation` asks; values of the wrong
// type are always refused. What the cluster's own components send was typed by the compiler and passes unless they ask for it.
import { cannotBeHandled, checkSchema, strictDecodingError } from '../api/validation/schema.ts';
import { goValue } from '../machinery/go-value.ts';
import type { KubeObject } from '../machinery/object.ts';
import { invalid } from '../machinery/status.ts';
import type { User } from './authentication.ts';
import type { Call } from './call.ts';

const MODES = ['Ignore', 'Strict', 'Warn'];

/** @param old the stored object: fields that it shares with the body are known to be well */
export async function checkFields(call: Call, body: KubeObject, old?: KubeObject): Promise<KubeObject> {
  const { info, resource, user } = call;
  const given = info.query.get('fieldValidation');
  if (given && !MODES.includes(given)) throw unsupportedMode(call, given);
  if (resource.custom) return customFields(call, body, resource.custom);
  if (!given && isComponent(user)) return body;
  const changed: Record<string, unknown> = {};
  const kept: Record<string, unknown> = {};
  for (const field of Object.keys(body)) {
    if (old && field !== 'apiVersion' && field !== 'kind' && body[field] === old[field]) kept[field] = body[field];
    else changed[field] = body[field];
  }
  const { unknown, typeError, object } = await checkSchema(resource.kind, changed as KubeObject);
  if (typeError !== undefined) throw refused(call, typeError);
  reportUnknown(call, unknown);
  return { ...object, ...kept };
}

async function customFields(call: Call, body: KubeObject, definition: KubeObject): Promise<KubeObject> {
  const { prunedAndDefaulted, schemaOf } = await import('./structural-schema.ts');
  const { unknown: misnamed, typeError, object: metadata } = await checkSchema('V1ObjectMeta', body.metadata ?? {});
  if (typeError !== undefined) throw refused(call, typeError);
  const unknown = misnamed.map((path) => `metadata.${path}`);
  const schema = schemaOf(definition, call.resource.kind.names.version);
  const object = { ...body, metadata } as KubeObject;
  const known = schema ? prunedAndDefaulted(object, schema, unknown) : object;
  reportUnknown(call, unknown);
  return known;
}

function reportUnknown(call: Call, unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const given = call.info.query.get('fieldValidation');
  if (given === 'Strict') throw refused(call, strictDecodingError(unknown));
  if (given !== 'Ignore') for (const path of unknown) call.warnings.push(`unknown field "${path}"`);
}

function isComponent({ name, groups }: User): boolean {
  return name === 'system:kube-scheduler' || name === 'system:kube-controller-manager' || groups.includes('system:nodes');
}

function refused({ request, info, resource }: Call, problem: string): Error {
  const isPatch = info.verb === 'patch' && !request.contentType?.startsWith('application/json-patch');
  if (!isPatch) return cannotBeHandled(resource.kind, problem);
  // A patch that leads to a wrong object is what is wrong.
  return invalid({ group: '', kind: '' }, '', [
    { reason: 'FieldValueInvalid', field: 'patch', message: `Invalid value: ${JSON.stringify(goValue(request.body))}: ${problem}` },
  ]);
}

function unsupportedMode({ info }: Call, given: string): Error {
  const kind = info.verb === 'create' ? 'CreateOptions' : info.verb === 'update' ? 'UpdateOptions' : 'PatchOptions';
  return invalid({ group: 'meta.k8s.io', kind }, '', [
    {
      reason: 'FieldValueNotSupported',
      field: 'fieldValidation',
      message: `Unsupported value: ${JSON.stringify(given)}: supported values: "Ignore", "Strict", "Warn"`,
    },
  ]);
}
