// Plays apiserver/pkg/admission/plugin/webhook: asks webhooks in order of their configurations' names, applies what mutating ones
// answer, and keeps to the failure policy when one cannot be asked.
import type { V1MutatingWebhook, V1ValidatingWebhook } from '../../../api/generated/types.ts';
import { thaw } from '../../../machinery/freeze.ts';
import { JsonPatchError, jsonPatch } from '../../../machinery/json-patch.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import { badRequest, failure, type Status, type StatusError } from '../../../machinery/status.ts';
import { Outline } from '../../recording.ts';
import type { AdmissionContext, Attributes } from '../plugin.ts';
import { Reinvocation } from '../reinvocation.ts';
import { askWebhook, type Review, WebhookFailure } from './asking.ts';
import { matchesRequest, replaceDraft } from './matching.ts';

type Webhook = V1MutatingWebhook | V1ValidatingWebhook;

/** A webhook and where it is configured. */
interface Configured<T extends Webhook> {
  hook: T;
  configuration: string;
  /** Among all of its kind; audit annotations count by it. */
  index: number;
}

export async function mutate(configurations: readonly KubeObject[], attributes: Attributes, context: AdmissionContext): Promise<void> {
  attributes.reinvocation ??= new Reinvocation();
  const round = attributes.reinvocation.isReinvoke ? 1 : 0;
  const reinvocation = attributes.reinvocation.of('MutatingAdmissionWebhook');
  reinvocation.begin(attributes.object);
  for (const one of webhooksOf<V1MutatingWebhook>(configurations)) {
    const { hook, configuration, index } = one;
    const id = `${configuration}/${hook.name}`;
    if (!reinvocation.asks(id) || !(await concerns(hook, attributes, context))) continue;
    const mutated = await mutateBy(one, `round_${round}_index_${index}`, attributes, context);
    reinvocation.answered(id, mutated, hook.reinvocationPolicy === 'IfNeeded');
  }
  reinvocation.end(attributes.object);
}

export async function validate(configurations: readonly KubeObject[], attributes: Attributes, context: AdmissionContext): Promise<void> {
  for (const { hook, index } of webhooksOf<V1ValidatingWebhook>(configurations)) {
    if (await concerns(hook, attributes, context)) await asked(hook, attributes, context, 'validating', `round_0_index_${index}`);
  }
}

const webhooksOf = <T extends Webhook>(configurations: readonly KubeObject[]): Configured<T>[] =>
  configurations
    .flatMap(({ metadata, webhooks }) => ((webhooks ?? []) as T[]).map((hook) => ({ hook, configuration: metadata.name })))
    .map((one, index) => ({ ...one, index }));

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
async function asked(
  hook: Webhook,
  attributes: Attributes,
  context: AdmissionContext,
  type: 'mutating' | 'validating',
  occasion: string,
): Promise<Review | undefined> {
  const plugin = type === 'mutating' ? 'MutatingAdmissionWebhook' : 'ValidatingAdmissionWebhook';
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
    if (hook.failurePolicy === 'Ignore') {
      attributes.annotations[`failed-open.${type}.webhook.admission.k8s.io/${occasion}`] = hook.name;
      return undefined;
    }
    throw internal(message);
  }
  for (const [key, value] of Object.entries(review.auditAnnotations ?? {})) attributes.annotations[`${hook.name}/${key}`] = value;
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

/** True when it changed the object. */
async function mutateBy(
  { hook, configuration }: Configured<V1MutatingWebhook>,
  occasion: string,
  attributes: Attributes,
  context: AdmissionContext,
): Promise<boolean> {
  const review = await asked(hook, attributes, context, 'mutating', occasion);
  const by = { configuration, webhook: hook.name };
  const operations = review?.patch ? patchOf(review, hook) : undefined;
  const { object, resource, annotations } = attributes;
  let mutated = false;
  if (operations && (!Array.isArray(operations) || operations.length > 0)) {
    if (!object) {
      throw internal(
        `admission webhook ${JSON.stringify(hook.name)} attempted to modify the object, which is not supported for this operation`,
      );
    }
    const before = new Outline(object);
    try {
      replaceDraft(object, thaw(jsonPatch(object, operations) as KubeObject));
    } catch (error) {
      if (error instanceof JsonPatchError) throw internal(error.message);
      throw error;
    }
    resource.kind.strategy.setDefaults?.(object);
    const fields = before.changes();
    mutated = fields.length > 0;
    if (mutated) attributes.decisions.push({ plugin: `MutatingAdmissionWebhook/${hook.name}`, verdict: 'changed', fields });
    annotations[`patch.webhook.admission.k8s.io/${occasion}`] = JSON.stringify({ ...by, patch: operations, patchType: 'JSONPatch' });
  }
  if (review) annotations[`mutation.webhook.admission.k8s.io/${occasion}`] = JSON.stringify({ ...by, mutated });
  return mutated;
}

/** Undefined when what the webhook answered is no patch, and that may be ignored. */
function patchOf({ patch = '', patchType }: Review, hook: V1MutatingWebhook): unknown {
  const broken = (message: string): undefined => {
    if (hook.failurePolicy !== 'Ignore') throw internal(`failed calling webhook ${JSON.stringify(hook.name)}: ${message}`);
  };
  if (patchType !== 'JSONPatch') return broken(`unsupported patch type ${JSON.stringify(patchType ?? '')}`);
  try {
    return JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));
  } catch (error) {
    return broken(`received undecodable patch in webhook response: ${(error as Error).message}`);
  }
}
