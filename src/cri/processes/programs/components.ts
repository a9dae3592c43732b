// The processes of the cluster's own Pods. What they do is done elsewhere in this program; here they log, listen and end.
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { option, server, text } from './server.ts';

export const pause: Program = {
  run: (sys) => sys.forever(),
  signals: {
    15: (sys) => {
      sys.err('Shutting down, got signal: Terminated\n');
      sys.exit(0);
    },
    2: (sys) => sys.exit(0),
  },
};

const klog = (sys: Sys, level: string, where: string, words: string): string =>
  `${level}${sys.date('%m%d %H:%M:%S')}.000000       ${sys.p.pid} ${where}] ${words}\n`;

function component(name: string, port: (sys: Sys) => number[], lines: (sys: Sys) => string): Program {
  return server((sys) => ({
    ports: port(sys).map((p) => ({ port: p, component: name })),
    start: () => ({ err: lines(sys) }),
    taken: (p) => ({
      err: klog(
        sys,
        'E',
        'run.go:72',
        `"command failed" err="failed to create listener: failed to listen on 0.0.0.0:${p}: listen tcp 0.0.0.0:${p}: bind: address already in use"`,
      ),
      code: 1,
    }),
    stop: () => ({}),
  }));
}

export const kubeApiserver = component(
  'kube-apiserver',
  (sys) => [Number(option(sys, '--secure-port') ?? 6443)],
  (sys) =>
    `${klog(sys, 'I', 'options.go:249', 'external host was not specified, using the advertise address')}${klog(sys, 'I', 'server.go:147', 'Version: v1.36.0')}${klog(sys, 'I', 'secure_serving.go:211', `Serving securely on [::]:${option(sys, '--secure-port') ?? 6443}`)}`,
);
export const etcd = component(
  'etcd',
  () => [2379, 2380, 2381],
  (sys) =>
    `{"level":"info","ts":"${sys.date('%Y-%m-%dT%H:%M:%S')}.000000Z","caller":"embed/serve.go:210","msg":"serving client traffic securely","traffic":"grpc+http","address":"127.0.0.1:2379"}\n`,
);
export const kubeScheduler = component(
  'kube-scheduler',
  () => [10_259],
  (sys) =>
    `${klog(sys, 'I', 'server.go:175', '"Starting Kubernetes Scheduler" version="v1.36.0"')}${klog(sys, 'I', 'leaderelection.go:271', 'successfully acquired lease kube-system/kube-scheduler')}`,
);
export const kubeControllerManager = component(
  'kube-controller-manager',
  () => [10_257],
  (sys) =>
    `${klog(sys, 'I', 'controllermanager.go:189', '"Starting" version="v1.36.0"')}${klog(sys, 'I', 'leaderelection.go:271', 'successfully acquired lease kube-system/kube-controller-manager')}`,
);
export const kubeProxy = component(
  'kube-proxy',
  () => [10_249, 10_256],
  (sys) =>
    `${klog(sys, 'I', 'server_linux.go:63', '"Using iptables proxy"')}${klog(sys, 'I', 'server.go:677', '"Version info" version="v1.36.0"')}`,
);
export const coredns = server((sys) => ({
  ports: [{ port: 53, component: 'coredns' }, { port: 8080 }, { port: 8181 }, { port: 9153 }],
  start: () => ({
    out: '.:53\n[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5f046dd37f1cf888b953814040d180f52594972691cd6ff41be96639138a43908\nCoreDNS-1.13.1\nlinux/amd64, go1.25.2, 1db4568\n',
  }),
  refuse: () => {
    const path = option(sys, '-conf', '--conf');
    if (path !== undefined && typeof sys.content(path) !== 'string') return { err: `open ${path}: no such file or directory\n`, code: 1 };
    return undefined;
  },
  stop: () => ({ out: '[INFO] SIGTERM: Shutting down servers then terminating\n' }),
  serve: (_, request) =>
    request.path === '/health' || request.path === '/ready' ? text('OK') : text('404 page not found\n', 'text/plain', 404),
}));
export const metricsServer = component(
  'metrics-server',
  (sys) => [Number(option(sys, '--secure-port') ?? 10_250)],
  (sys) => klog(sys, 'I', 'secure_serving.go:213', `Serving securely on [::]:${option(sys, '--secure-port') ?? 10_250}`),
);
/** Agents that listen nowhere: CNI, provisioners. */
export const agent = server((sys) => ({
  ports: [],
  start: () => ({ err: klog(sys, 'I', 'main.go:80', `"Starting" component="${sys.name}"`) }),
}));
