// The strict decoding of bodies: unknown fields are refused, warned about or dropped, as `fieldValidation` asks; values of the wrong
// type are always refused. What the cluster's own components send was typed by the compiler and passes unless they ask for it.
import { cannotBeHandled, checkSchema, strictDecodingError } from '../api/validation/schema.ts';
import { goValue } from '../machinery/go-value.ts';
import type { KubeObject } from '../machinery/object.ts';
import { invalid } from '../machinery/status.ts';
import type { User } from './authentication.ts';
import type { Call } from './call.ts';
import { APPLY_PATCH, parsePatch, patchType, STRATEGIC_MERGE_PATCH } from './patching.ts';

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
  const { unknown, typeError, object } = await checkSchema(resource.kind, changed as KubeObject, isStrategic(call) ? 'map' : 'json');
  if (typeError !== undefined) throw refused(call, body, typeError);
  reportUnknown(call, body, unknown);
  return { ...object, ...kept };
}

async function customFields(call: Call, body: KubeObject, definition: KubeObject): Promise<KubeObject> {
  const { prunedAndDefaulted, schemaOf } = await import('./structural-schema.ts');
  const { unknown: misnamed, typeError, object: metadata } = await checkSchema('V1ObjectMeta', body.metadata ?? {});
  if (typeError !== undefined) throw refused(call, body, typeError);
  const unknown = misnamed.map((path) => `metadata.${path}`);
  const schema = schemaOf(definition, call.resource.kind.names.version);
  const object = { ...body, metadata } as KubeObject;
  const known = schema ? prunedAndDefaulted(object, schema, unknown) : object;
  if (unknown.length > 0 && isApply(call)) {
    const { untyped } = await import('./typed-patch.ts');
    throw untyped(
      body,
      call.resource,
      unknown.map((path) => `.${path}: field not declared in schema`),
    );
  }
  reportUnknown(call, body, unknown);
  return known;
}

function reportUnknown(call: Call, body: KubeObject, unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const given = call.info.query.get('fieldValidation');
  if (given === 'Strict') throw refused(call, body, strictDecodingError(unknown));
  if (given !== 'Ignore') for (const path of unknown) call.warnings.push(`unknown field "${path}"`);
}

function isComponent({ name, groups }: User): boolean {
  return name === 'system:kube-scheduler' || name === 'system:kube-controller-manager' || groups.includes('system:nodes');
}

/** @param body what was sent, or what the patch leads to */
function refused(call: Call, body: KubeObject, problem: string): Error {
  const { request, info, resource } = call;
  if (info.verb !== 'patch') return cannotBeHandled(resource.kind, problem);
  // A patch that leads to a wrong object is what is wrong: the strategic one as the map that it is, others as the text they lead to.
  const shown = isStrategic(call) ? goValue(parsePatch(request.body)) : JSON.stringify(body);
  return invalid({ group: '', kind: '' }, '', [
    { reason: 'FieldValueInvalid', field: 'patch', message: `Invalid value: ${JSON.stringify(shown)}: ${problem}` },
  ]);
}

const isApply = ({ request, info }: Call): boolean => info.verb === 'patch' && patchType(request) === APPLY_PATCH;

const isStrategic = ({ request, info }: Call): boolean => info.verb === 'patch' && patchType(request) === STRATEGIC_MERGE_PATCH;

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
