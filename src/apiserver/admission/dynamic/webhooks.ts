// Plays apiserver/pkg/admission/plugin/webhook: asks webhooks in order of their configurations' names, applies what mutating ones
// answer, and keeps to the failure policy when one cannot be asked. Webhooks that are configured to be asked again are, once.
import type { V1MutatingWebhook, V1ValidatingWebhook } from '../../../api/generated/types.ts';
import { thaw } from '../../../machinery/freeze.ts';
import { JsonPatchError, jsonPatch } from '../../../machinery/json-patch.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import { badRequest, failure, type Status, type StatusError } from '../../../machinery/status.ts';
import { changedFields } from '../../recording.ts';
import type { AdmissionContext, Attributes } from '../plugin.ts';
import { askWebhook, type Review, WebhookFailure } from './asking.ts';
import { matchesRequest, replaceDraft } from './matching.ts';

type Webhook = V1MutatingWebhook | V1ValidatingWebhook;

export async function mutate(configurations: readonly KubeObject[], attributes: Attributes, context: AdmissionContext): Promise<void> {
  const hooks = webhooksOf(configurations) as V1MutatingWebhook[];
  /** Those that want to know of later changes, and what they last saw. */
  const interested = new Map<V1MutatingWebhook, string>();
  const ask = async (hook: V1MutatingWebhook): Promise<void> => {
    await mutateBy(hook, attributes, context);
    if (hook.reinvocationPolicy === 'IfNeeded') interested.set(hook, JSON.stringify(attributes.object));
  };
  for (const hook of hooks) if (await concerns(hook, attributes, context)) await ask(hook);
  for (const [hook, seen] of [...interested]) if (JSON.stringify(attributes.object) !== seen) await mutateBy(hook, attributes, context);
}

export async function validate(configurations: readonly KubeObject[], attributes: Attributes, context: AdmissionContext): Promise<void> {
  for (const hook of webhooksOf(configurations)) {
    if (await concerns(hook, attributes, context)) await asked(hook, attributes, context, 'ValidatingAdmissionWebhook');
  }
}

const webhooksOf = (configurations: readonly KubeObject[]): Webhook[] =>
  configurations.flatMap(({ webhooks }) => (webhooks ?? []) as Webhook[]);

async function concerns(hook: Webhook, attributes: Attributes, context: AdmissionContext): Promise<boolean> {
  const { rules, matchPolicy, namespaceSelector, objectSelector, matchConditions } = hook;
  if (!matchesRequest({ rules, matchPolicy, namespaceSelector, objectSelector }, attributes, context)) return false;
  if (!matchConditions?.length) return true;
  const { CelError, celEngine } = await import('../../cel/engine.ts');
  const { valuesOf } = await import('./policy.ts');
  const engine = await celEngine();
  const values = valuesOf(attributes, context, engine);
  const VARIABLES = ['object', 'oldObject', 'request', 'params', 'authorizer'];
  try {
    return matchConditions.every(({ expression }) => engine.compile(expression, VARIABLES).evaluate(values) === true);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    if (hook.failurePolicy === 'Ignore') return false;
    throw internal(`failed to evaluate match conditions of webhook ${JSON.stringify(hook.name)}: ${error.message}`);
  }
}

const internal = (message: string): StatusError =>
  failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

/** The answer of a webhook that allows; undefined when it cannot be asked and that may be ignored. */
async function asked(hook: Webhook, attributes: Attributes, context: AdmissionContext, plugin: string): Promise<Review | undefined> {
  if (attributes.dryRun && hook.sideEffects !== 'None' && hook.sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`);
  }
  let review: Review;
  try {
    review = await askWebhook(hook, attributes, context);
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    const message = `failed calling webhook ${JSON.stringify(hook.name)}: ${error.message}`;
    attributes.decisions.push({
      plugin: `${plugin}/${hook.name}`,
      verdict: hook.failurePolicy === 'Ignore' ? 'warned' : 'refused',
      message,
    });
    if (hook.failurePolicy === 'Ignore') return undefined;
    throw internal(message);
  }
  attributes.warnings.push(...(review.warnings ?? []));
  if (!review.allowed) {
    const error = denied(hook.name, review.status);
    attributes.decisions.push({ plugin: `${plugin}/${hook.name}`, verdict: 'refused', message: error.message });
    throw error;
  }
  return review;
}

/** What a webhook says when it says no. */
function denied(name: string, status: Partial<Status> | undefined): StatusError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const { message, reason = '', details } = status ?? {};
  const code = status?.code && status.code >= 400 ? status.code : 400;
  return failure(code, reason, message ? `${by}: ${message}` : reason ? `${by}: ${reason}` : `${by} without explanation`, details);
}

async function mutateBy(hook: V1MutatingWebhook, attributes: Attributes, context: AdmissionContext): Promise<void> {
  const review = await asked(hook, attributes, context, 'MutatingAdmissionWebhook');
  if (!review?.patch) return;
  const { object, resource } = attributes;
  const broken = (message: string): void => {
    const text = `failed calling webhook ${JSON.stringify(hook.name)}: ${message}`;
    if (hook.failurePolicy !== 'Ignore') throw internal(text);
  };
  if (review.patchType !== 'JSONPatch') return broken(`unsupported patch type ${JSON.stringify(review.patchType ?? '')}`);
  let patch: unknown;
  try {
    patch = JSON.parse(Buffer.from(review.patch, 'base64').toString('utf8'));
  } catch (error) {
    return broken(`received undecodable patch in webhook response: ${(error as Error).message}`);
  }
  if (Array.isArray(patch) && patch.length === 0) return;
  if (!object) {
    throw internal(
      `admission webhook ${JSON.stringify(hook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  const before = thaw(object);
  try {
    replaceDraft(object, thaw(jsonPatch(object, patch) as KubeObject));
  } catch (error) {
    if (error instanceof JsonPatchError) throw internal(error.message);
    throw error;
  }
  resource.kind.strategy.setDefaults?.(object);
  const fields = changedFields(before, object);
  if (fields.length) attributes.decisions.push({ plugin: `MutatingAdmissionWebhook/${hook.name}`, verdict: 'changed', fields });
}
