// The program of registry.k8s.io/e2e-test-images/agnhost, the Kubernetes project's own test server: its `webhook`, which admits, denies
// and changes objects and injects sidecars, and its `pause`. Its other commands are left out and say so.
import type { HttpRequest, HttpResponse } from '../../../machinery/http.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';

interface AdmissionReview {
  apiVersion?: string;
  request?: {
    uid?: string;
    name?: string;
    operation?: string;
    object?: {
      metadata?: { name?: string; labels?: Record<string, string> };
      data?: Record<string, string>;
      spec?: { containers?: { name: string }[] };
    };
  };
}

type ReviewedObject = NonNullable<NonNullable<AdmissionReview['request']>['object']>;

interface Answer {
  allowed: boolean;
  status?: { message?: string; code?: number; status?: string };
  patch?: unknown;
}

const UNWANTED = 'webhook-disallow';
const allow: Answer = { allowed: true };
const deny = (message: string): Answer => ({ allowed: false, status: { message } });

export const agnhost: Program = {
  run(sys) {
    const [command = 'pause'] = sys.args;
    if (sys.p.st.serving) return sys.forever();
    if (command === 'webhook') {
      const certificate = option(sys, '--tls-cert-file');
      if (certificate && sys.content(certificate) === undefined) {
        sys.err(`open ${certificate}: no such file or directory\n`);
        return sys.exit(1);
      }
      sys.kernel.listen(sys.p, Number(option(sys, '--port') ?? 443), '0.0.0.0');
    } else if (command === 'pause') sys.out('Paused\n');
    else {
      sys.err(`Error: agnhost ${command} is not simulated here: there are webhook and pause\n`);
      return sys.exit(1);
    }
    sys.p.st.serving = true;
    sys.forever();
  },
  signals: { 15: (sys) => sys.exit(0), 2: (sys) => sys.exit(0) },
  serve(sys, request) {
    const path = request.path.split('?', 1)[0] ?? '';
    const file = option(sys, '--tls-cert-file');
    const certificate = file === undefined ? undefined : sys.content(file);
    return { ...served(sys, request, path), ...(typeof certificate === 'string' ? { certificate } : {}) };
  },
};

function served(sys: Sys, request: HttpRequest, path: string): HttpResponse {
  if (path === '/readyz') return answer(200, 'ok', 'text/plain');
  const handle = handlers[path];
  if (!handle) return answer(404, '404 page not found\n', 'text/plain; charset=utf-8');
  return reviewed(request, (review) => handle(review, sys));
}

function option(sys: Sys, name: string): string | undefined {
  const at = sys.args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  const found = sys.args[at];
  if (found === undefined) return undefined;
  return found.includes('=') ? found.slice(found.indexOf('=') + 1) : sys.args[at + 1];
}

const answer = (status: number, body: string, type: string): HttpResponse => ({
  status,
  reason: status === 200 ? 'OK' : status === 404 ? 'Not Found' : 'Bad Request',
  headers: { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
  body,
});

function reviewed(request: HttpRequest, handle: (review: AdmissionReview) => Answer): HttpResponse {
  let review: AdmissionReview;
  try {
    review = JSON.parse(request.body) as AdmissionReview;
  } catch (error) {
    return answer(400, `Request could not be decoded: ${(error as Error).message}\n`, 'text/plain; charset=utf-8');
  }
  const { patch, ...said } = handle(review);
  const response = {
    uid: review.request?.uid ?? '',
    ...said,
    ...(patch ? { patch: Buffer.from(JSON.stringify(patch)).toString('base64'), patchType: 'JSONPatch' } : {}),
  };
  return answer(200, JSON.stringify({ kind: 'AdmissionReview', apiVersion: review.apiVersion, response }), 'application/json');
}

const about = ({ request }: AdmissionReview): ReviewedObject => request?.object ?? {};

const handlers: Readonly<Record<string, (review: AdmissionReview, sys: Sys) => Answer>> = {
  '/always-deny': () => deny('this webhook denies all requests'),
  '/always-allow-delay-5s': () => allow,
  '/add-label': (review) => {
    const { labels } = about(review).metadata ?? {};
    if (!labels) return { allowed: true, patch: [{ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }] };
    if (labels['added-label'] === 'yes') return allow;
    return {
      allowed: true,
      patch: [{ op: labels['added-label'] === undefined ? 'add' : 'replace', path: '/metadata/labels/added-label', value: 'yes' }],
    };
  },
  '/pods': (review) => {
    const { metadata, spec } = about(review);
    const problems = [
      ...(metadata?.labels?.['webhook-e2e-test'] === UNWANTED ? ['the pod contains unwanted label; '] : []),
      ...(spec?.containers?.some(({ name }) => name.includes(UNWANTED)) ? ['the pod contains unwanted container name; '] : []),
    ];
    return problems.length ? deny(problems.join('').trim()) : allow;
  },
  '/mutating-pods': (review) =>
    about(review).metadata?.name === 'webhook-to-be-mutated'
      ? {
          allowed: true,
          patch: [
            {
              op: 'add',
              path: '/spec/initContainers',
              value: [{ image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} }],
            },
          ],
        }
      : allow,
  '/mutating-pods-sidecar': (review, sys) => {
    const image = option(sys, '--sidecar-image');
    if (!image)
      return { allowed: false, status: { status: 'Failure', message: 'No image specified by the sidecar-image parameter', code: 500 } };
    if (about(review).spec?.containers?.some(({ name }) => name === 'webhook-added-sidecar')) return allow;
    const value = { image, name: 'webhook-added-sidecar', resources: {} };
    return { allowed: true, patch: [{ op: 'add', path: '/spec/containers/-', value }] };
  },
  '/configmaps': (review) =>
    about(review).data?.['webhook-e2e-test'] === UNWANTED ? deny('the configmap contains unwanted key and value') : allow,
  '/mutating-configmaps': (review) => staged(about(review)),
  '/custom-resource': (review) =>
    about(review).data?.['webhook-e2e-test'] === UNWANTED ? deny('the custom resource contains unwanted data') : allow,
  '/mutating-custom-resource': (review) => staged(about(review)),
  '/crd': (review) => (about(review).metadata?.labels?.['webhook-e2e-test'] === UNWANTED ? deny('the crd contains unwanted label') : allow),
};

function staged({ data = {} }: ReviewedObject): Answer {
  const stage = data['mutation-start'] === 'yes' ? 'mutation-stage-1' : data['mutation-stage-1'] === 'yes' ? 'mutation-stage-2' : undefined;
  const next = data['mutation-start'] === 'yes' && data['mutation-stage-1'] === 'yes' ? 'mutation-stage-2' : stage;
  return next && data[next] === undefined ? { allowed: true, patch: [{ op: 'add', path: `/data/${next}`, value: 'yes' }] } : allow;
}
