// `create ingress`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

const RULE = /^(?<host>[\w*\-.]*)(?<path>\/[^=]*)?=(?<service>[\w-]+):(?<port>[\w-]+)(?<tls>,tls(=(?<secret>[\w\-.]+))?)?$/;

export const createIngress = defineVerb({
  short: 'Make an ingress',
  examples: [
    { about: 'Send a host to a service', command: 'kubectl create ingress shop --class=nginx --rule="shop.example.com/*=web:80"' },
    { about: 'With a certificate', command: 'kubectl create ingress shop --rule="shop.example.com/*=web:80,tls=shop-cert"' },
  ],
  flags: {
    rule: 'host/path=service:port[,tls[=secret]]. A path that ends in * is a prefix. May be repeated.',
    class: 'The ingress class.',
    'default-backend': 'Where the rest goes: service:port.',
    annotation: 'An annotation: key=value. May be repeated.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const [rules, fallback] = [flags.list('rule'), flags.string('default-backend')];
    if (!fallback && rules.length === 0) {
      throw new KubectlError(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      );
    }
    for (const rule of rules)
      if (!RULE.test(rule))
        throw new KubectlError(`rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const annotations = flags.list('annotation').map(annotation);
    if (fallback && !/^[^:]+:[^:]+$/.test(fallback)) throw new KubectlError('default-backend should be in format servicename:serviceport');
    const tls = tlsOf(rules);
    const draft = {
      kind: 'Ingress',
      apiVersion: 'networking.k8s.io/v1',
      metadata: { name, ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}) },
      spec: {
        ...(flags.string('class') ? { ingressClassName: flags.string('class') } : {}),
        ...(fallback ? { defaultBackend: backend(...(fallback.split(':') as [string, string])) } : {}),
        ...(tls.length > 0 ? { tls } : {}),
        ...(rules.length > 0 ? { rules: rulesOf(rules) } : {}),
      },
      status: { loadBalancer: {} },
    };
    await createFromFlags(context, draft, { failure: 'failed to create ingress: ' });
    return 0;
  },
});

function annotation(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new KubectlError(`annotation ${text} is invalid and should be in format key=[value]`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

const groupsOf = (rule: string): Record<string, string | undefined> => RULE.exec(rule)?.groups ?? {};

const backend = (name: string, port: string): object => ({
  service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } },
});

/** Paths of one host stand together. */
function rulesOf(texts: readonly string[]): object[] {
  const hosts: { host?: string; http: { paths: object[] } }[] = [];
  for (const text of texts) {
    const { host = '', path = '', service = '', port = '' } = groupsOf(text);
    let rule = hosts.find((one) => (one.host ?? '') === host);
    if (!rule) {
      rule = { ...(host ? { host } : {}), http: { paths: [] } };
      hosts.push(rule);
    }
    const prefix = path.endsWith('*');
    rule.http.paths.push({
      path: prefix ? path.slice(0, -1) : path,
      pathType: prefix ? 'Prefix' : 'Exact',
      backend: backend(service, port),
    });
  }
  return hosts;
}

function tlsOf(texts: readonly string[]): object[] {
  const bySecret = new Map<string, string[]>();
  for (const text of texts) {
    const { host = '', tls, secret = '' } = groupsOf(text);
    if (!tls) continue;
    const hosts = bySecret.get(secret) ?? [];
    if (host && !hosts.includes(host)) hosts.push(host);
    bySecret.set(secret, hosts);
  }
  return [...bySecret].map(([secretName, hosts]) => ({ ...(hosts.length > 0 ? { hosts } : {}), ...(secretName ? { secretName } : {}) }));
}
