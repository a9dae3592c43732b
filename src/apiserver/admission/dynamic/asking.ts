// Sends an AdmissionReview to where a webhook lives and reads the answer. Of TLS there is the certificate that the server shows. A webhook
// that nobody answers for fails at once, without the time that waiting would take.
import type { V1MutatingWebhook, V1ValidatingWebhook } from '../../../api/generated/types.ts';
import { DialError } from '../../../machinery/dialer.ts';
import type { HttpResponse } from '../../../machinery/http.ts';
import type { Status } from '../../../machinery/status.ts';
import { occasion } from '../../occasion.ts';
import type { AdmissionContext, Attributes } from '../plugin.ts';
import { admissionRequest } from './matching.ts';

/** The response of an AdmissionReview. */
export interface Review {
  uid: string;
  allowed: boolean;
  status?: Partial<Status>;
  patch?: string;
  patchType?: string;
  warnings?: readonly string[];
  auditAnnotations?: Readonly<Record<string, string>>;
}

/** The webhook could not be asked, or gave no proper answer. */
export class WebhookFailure extends Error {}

const NODE = 'controlplane';

export async function askWebhook(
  hook: V1MutatingWebhook | V1ValidatingWebhook,
  attributes: Attributes,
  context: AdmissionContext,
): Promise<Review> {
  const { random } = context;
  const { object, old, resource, namespace, name, operation } = attributes;
  const uid = random.uuid(
    'admission-review',
    `${hook.name} ${operation} ${resource.kind.resource}/${namespace}/${name}`,
    occasion(context),
  );
  const request = { ...admissionRequest(attributes, uid), object: object ?? null, oldObject: old ?? null };
  const version = hook.admissionReviewVersions.find((one) => one === 'v1' || one === 'v1beta1');
  if (!version) {
    throw new WebhookFailure(`could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)`);
  }
  const response = await post(
    hook,
    context,
    JSON.stringify({ kind: 'AdmissionReview', apiVersion: `admission.k8s.io/${version}`, request }),
  );
  return reviewOf(response, uid, version);
}

async function post(
  { clientConfig, timeoutSeconds = 10 }: V1MutatingWebhook | V1ValidatingWebhook,
  context: AdmissionContext,
  body: string,
): Promise<HttpResponse> {
  const { service, url } = clientConfig;
  const query = `timeout=${timeoutSeconds}s`;
  const target = service
    ? new URL(`https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${service.path ?? ''}`)
    : new URL(url ?? 'https://localhost');
  const path = `${target.pathname}?${query}`;
  const shown = service ? `https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${path}` : `${target.origin}${path}`;
  const failed = (why: string): WebhookFailure => new WebhookFailure(`failed to call webhook: Post ${JSON.stringify(shown)}: ${why}`);
  const port = service ? (service.port ?? 443) : Number(target.port) || 443;
  const host = service ? addressOf(service, context) : target.hostname;
  if (typeof host !== 'string') throw failed(host.problem);
  try {
    const connection = await context.dialer.connect(context.options.networkNamespace ?? NODE, host, port);
    if (!connection.exchange) throw failed('EOF');
    const headers = { 'content-type': 'application/json', accept: 'application/json, */*', 'user-agent': 'kube-apiserver-admission' };
    const response = await connection.exchange({ method: 'POST', path, host: target.host, headers, body }, context.clock.now());
    if (response.certificate !== undefined) {
      const { handshakeProblem } = await import('./server-certificate.ts');
      const name = service ? `${service.name}.${service.namespace}.svc` : target.hostname;
      const trusted = Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8');
      const problem = handshakeProblem(response.certificate, trusted, name, context.clock.now());
      if (problem) throw failed(problem);
    }
    return response;
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    throw failed(error.failure === 'timeout' ? 'context deadline exceeded' : error.message);
  }
}

/** The API server goes to a Service's cluster address; it does not ask the cluster's DNS. */
function addressOf(
  { name, namespace }: { name: string; namespace: string },
  { resources, storage }: AdmissionContext,
): string | { problem: string } {
  const services = resources.find('', 'v1', 'services');
  const found = services && storage.get(services, namespace, name)?.value;
  if (!found) return { problem: `service ${JSON.stringify(name)} not found` };
  const { clusterIP, type, externalName } = found.spec as { clusterIP?: string; type?: string; externalName?: string };
  if (type === 'ExternalName') return externalName ?? '';
  if (!clusterIP || clusterIP === 'None') return { problem: 'cannot route to service with ClusterIP "None"' };
  return clusterIP;
}

function reviewOf({ status, body }: HttpResponse, uid: string, version: string): Review {
  const failed = (why: string): WebhookFailure => new WebhookFailure(`failed to call webhook: ${why}`);
  if (status === 404) throw failed('the server could not find the requested resource');
  if (status >= 500) throw failed(`an error on the server (${JSON.stringify(body.trim())}) has prevented the request from succeeding`);
  if (status !== 200) throw failed('the server rejected our request for an unknown reason');
  let answer: { kind?: string; apiVersion?: string; response?: Review } | null;
  try {
    answer = JSON.parse(body) as typeof answer;
  } catch {
    throw failed(`couldn't get version/kind; json parse error: ${JSON.stringify(body.slice(0, 40))} is no JSON`);
  }
  const invalid = (why: string): WebhookFailure => new WebhookFailure(`received invalid webhook response: ${why}`);
  if (typeof answer !== 'object' || answer === null || !answer.response) throw invalid('webhook response was absent');
  const { kind, apiVersion, response } = answer;
  if (version === 'v1') {
    if (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1') {
      const [group = '', of = ''] = (apiVersion ?? '').includes('/') ? (apiVersion ?? '').split('/') : ['', apiVersion];
      throw invalid(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${group}/${of}, Kind=${kind ?? ''}`);
    }
    if (response.uid !== uid) throw invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
    if (response.patch && !response.patchType) throw invalid('webhook returned response.patch but not response.patchType');
    if (!response.patch && response.patchType) throw invalid('webhook returned response.patchType but not response.patch');
    return response;
  }
  return response.patch ? { ...response, patchType: response.patchType ?? 'JSONPatch' } : response;
}
