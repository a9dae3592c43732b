// kubemu serve: the cluster as an API server on loopback, for the real kubectl and every other client.
import { resolve } from 'node:path';
import type { LocalContext } from '../context.ts';
import { interrupted } from '../interrupted.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const serve = defineVerb({
  short: 'Serve the cluster to real clients over HTTPS',
  long: [
    'Keeps the cluster open and answers on loopback as kube-apiserver would, over HTTPS with certificates of its own. The kubeconfig that it',
    'writes leads the real kubectl and other clients there. Ends with Ctrl-C; everything that was answered is saved by then, and before.',
  ].join('\n'),
  examples: [
    { about: 'On port 6443', command: 'kubemu serve' },
    { about: 'An API server alone, as command-line tests want it', command: 'kubemu serve --components=apiserver' },
    { about: 'On any free port, and over plain HTTP on 8001', command: 'kubemu serve --secure-port=0 --insecure-port=8001' },
  ],
  flags: {
    'bind-address': 'The address to listen on.',
    'secure-port': 'The port for HTTPS; 0 takes any that is free.',
    'insecure-port':
      'A port on loopback for plain HTTP, where everybody is the administrator; none when left out, 0 takes any that is free.',
    'audit-log-path': 'A file to which audit events are written, a JSON object a line; - is standard output. Needs --audit-policy-file.',
    'audit-policy-file': 'A file with an audit.k8s.io/v1 Policy: which requests are written down, and how much of them.',
    'authorization-mode': 'Who decides what is allowed, in turn: Node, RBAC, AlwaysAllow, AlwaysDeny; Node,RBAC when left out.',
    'client-ca-file': 'A file with another authority whose client certificates are believed.',
    components:
      'The parts that run, separated by commas: apiserver, controller-manager, scheduler, kubelet; all when left out. A new cluster without kubelet has no nodes.',
    'disable-admission-plugins': 'Admission plugins that do not run, separated by commas.',
    'enable-admission-plugins': 'Admission plugins that must run, separated by commas; all that exist do.',
    'service-cluster-ip-range': 'Addresses of Services in a new cluster; 10.96.0.0/12 when left out.',
    'token-auth-file': 'A file of bearer tokens, a line each: token,user,uid,"group1,group2".',
    'kubeconfig-out': 'Where to write the kubeconfig; beside the state file when left out.',
  },
  async run(context) {
    const { args, flags, env, cwd } = context;
    if (args.length > 0) throw new KubectlError(`unexpected arguments: [${args.join(' ')}]`, { usage: true });
    const securePort = portOf(context, 'secure-port');
    const insecurePort = flags.given('insecure-port') ? portOf(context, 'insecure-port') : undefined;
    const { stateFile } = await (context as LocalContext).connection();
    const { serve } = await import('../../cluster/serve.ts');
    const fileAt = (path: string): string => path && resolve(cwd, path);
    const out = flags.string('kubeconfig-out');
    const serving = await serve({
      stateFile,
      bindAddress: flags.string('bind-address'),
      securePort,
      ...(insecurePort === undefined ? {} : { insecurePort }),
      kubeconfig: out ? resolve(cwd, out) : `${stateFile.replace(/\.json$/, '')}.kubeconfig`,
      env,
      flags: {
        authorizationMode: flags.string('authorization-mode'),
        enableAdmissionPlugins: flags.string('enable-admission-plugins'),
        disableAdmissionPlugins: flags.string('disable-admission-plugins'),
        tokenAuthFile: fileAt(flags.string('token-auth-file')),
        clientCaFile: fileAt(flags.string('client-ca-file')),
        components: flags.string('components'),
        serviceClusterIpRange: flags.string('service-cluster-ip-range'),
        auditPolicyFile: fileAt(flags.string('audit-policy-file')),
        auditLogPath: flags.string('audit-log-path') === '-' ? '-' : fileAt(flags.string('audit-log-path')),
      },
      report: (problem) => (context as LocalContext).io.stderr(`${problem}\n`),
    }).catch((error: unknown) => {
      throw explained(error, flags.string('bind-address'));
    });
    const also = serving.insecureUrl ? `, and on ${serving.insecureUrl}` : '';
    (context as LocalContext).io.stdout(
      `Serving the cluster on ${serving.url}${also}. To use it: export KUBECONFIG=${serving.kubeconfig}\n`,
    );
    await interrupted();
    await serving.close();
    return 0;
  },
});

function portOf({ flags }: VerbContext, name: string): number {
  const port = flags.int(name);
  if (port < 0 || port > 65_535) throw new KubectlError(`--${name} must be between 0 and 65535, not ${port}`);
  return port;
}

function explained(error: unknown, address: string): unknown {
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE')
    return new KubectlError(`port ${port} of ${address} is taken; choose another with --secure-port or --insecure-port`);
  if (code === 'EACCES') return new KubectlError(`port ${port} of ${address} may not be listened on`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new KubectlError(`this computer has no address ${address}`);
  return error;
}
