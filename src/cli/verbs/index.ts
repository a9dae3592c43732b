// The table of contents of the command line, under kubectl's help headings and in its order: path typed to the verb's file.
// A verb whose words have verbs below it (`config`, `rollout`) says so with group().
import { group } from './group.ts';
import type { Heading, LoadVerb } from './registration.ts';

export const headings: readonly Heading[] = [
  {
    heading: 'Basic Commands (Beginner)',
    verbs: {
      create: async () => (await import('./create.ts')).create,
      'create clusterrole': async () => (await import('./create/clusterrole.ts')).createClusterRole,
      'create clusterrolebinding': async () => (await import('./create/clusterrolebinding.ts')).createClusterRoleBinding,
      'create configmap': async () => (await import('./create/configmap.ts')).createConfigMap,
      'create cronjob': async () => (await import('./create/cronjob.ts')).createCronJob,
      'create deployment': async () => (await import('./create/deployment.ts')).createDeployment,
      'create ingress': async () => (await import('./create/ingress.ts')).createIngress,
      'create job': async () => (await import('./create/job.ts')).createJob,
      'create namespace': async () => (await import('./create/namespace.ts')).createNamespace,
      'create poddisruptionbudget': async () => (await import('./create/poddisruptionbudget.ts')).createPodDisruptionBudget,
      'create priorityclass': async () => (await import('./create/priorityclass.ts')).createPriorityClass,
      'create quota': async () => (await import('./create/quota.ts')).createQuota,
      'create role': async () => (await import('./create/role.ts')).createRole,
      'create rolebinding': async () => (await import('./create/rolebinding.ts')).createRoleBinding,
      'create secret': group('Make a secret of a given type'),
      'create secret docker-registry': async () => (await import('./create/secret/docker-registry.ts')).createSecretDockerRegistry,
      'create secret generic': async () => (await import('./create/secret/generic.ts')).createSecretGeneric,
      'create secret tls': async () => (await import('./create/secret/tls.ts')).createSecretTls,
      'create service': group('Make a service of a given type'),
      'create service clusterip': async () => (await import('./create/service/clusterip.ts')).createServiceClusterIP,
      'create service externalname': async () => (await import('./create/service/externalname.ts')).createServiceExternalName,
      'create service loadbalancer': async () => (await import('./create/service/loadbalancer.ts')).createServiceLoadBalancer,
      'create service nodeport': async () => (await import('./create/service/nodeport.ts')).createServiceNodePort,
      'create serviceaccount': async () => (await import('./create/serviceaccount.ts')).createServiceAccount,
      'create token': async () => (await import('./create/token.ts')).createToken,
      run: async () => (await import('./run.ts')).run,
      expose: async () => (await import('./expose.ts')).expose,
      set: group('Change certain features of objects'),
      'set env': async () => (await import('./set/env.ts')).setEnv,
      'set image': async () => (await import('./set/image.ts')).setImage,
      'set resources': async () => (await import('./set/resources.ts')).setResources,
      'set selector': async () => (await import('./set/selector.ts')).setSelector,
      'set serviceaccount': async () => (await import('./set/serviceaccount.ts')).setServiceAccount,
      'set subject': async () => (await import('./set/subject.ts')).setSubject,
    },
  },
  {
    heading: 'Basic Commands (Intermediate)',
    verbs: {
      get: async () => (await import('./get.ts')).get,
      explain: async () => (await import('./explain.ts')).explain,
      edit: async () => (await import('./edit.ts')).edit,
      delete: async () => (await import('./delete.ts')).deleteVerb,
    },
  },
  {
    heading: 'Deploy Commands',
    verbs: {
      rollout: group('Follow, undo, pause and restart rollouts'),
      'rollout history': async () => (await import('./rollout/history.ts')).rolloutHistory,
      'rollout pause': async () => (await import('./rollout/pause.ts')).rolloutPause,
      'rollout restart': async () => (await import('./rollout/restart.ts')).rolloutRestart,
      'rollout resume': async () => (await import('./rollout/resume.ts')).rolloutResume,
      'rollout status': async () => (await import('./rollout/status.ts')).rolloutStatus,
      'rollout undo': async () => (await import('./rollout/undo.ts')).rolloutUndo,
      scale: async () => (await import('./scale.ts')).scale,
      autoscale: async () => (await import('./autoscale.ts')).autoscale,
    },
  },
  {
    heading: 'Cluster Management Commands',
    verbs: {
      certificate: group('Decide on certificate signing requests'),
      'certificate approve': async () => (await import('./certificate/approve.ts')).certificateApprove,
      'certificate deny': async () => (await import('./certificate/deny.ts')).certificateDeny,
      'cluster-info': async () => (await import('./cluster-info.ts')).clusterInfo,
      top: group('Show what nodes and Pods use'),
      'top node': async () => (await import('./top/node.ts')).topNode,
      'top pod': async () => (await import('./top/pod.ts')).topPod,
      'cluster-info dump': async () => (await import('./cluster-info/dump.ts')).clusterInfoDump,
      cordon: async () => (await import('./cordon.ts')).cordon,
      uncordon: async () => (await import('./uncordon.ts')).uncordon,
      drain: async () => (await import('./drain.ts')).drain,
      taint: async () => (await import('./taint.ts')).taint,
    },
  },
  {
    heading: 'Troubleshooting and Debugging Commands',
    verbs: {
      describe: async () => (await import('./describe.ts')).describe,
      logs: async () => (await import('./logs.ts')).logs,
      attach: async () => (await import('./attach.ts')).attach,
      exec: async () => (await import('./exec.ts')).exec,
      'port-forward': async () => (await import('./port-forward.ts')).portForward,
      proxy: async () => (await import('./proxy.ts')).proxy,
      cp: async () => (await import('./cp.ts')).cp,
      auth: group('Ask what is allowed, and who you are'),
      'auth can-i': async () => (await import('./auth/can-i.ts')).authCanI,
      'auth reconcile': async () => (await import('./auth/reconcile.ts')).authReconcile,
      'auth whoami': async () => (await import('./auth/whoami.ts')).authWhoami,
      debug: async () => (await import('./debug.ts')).debug,
      events: async () => (await import('./events.ts')).events,
    },
  },
  {
    heading: 'Advanced Commands',
    verbs: {
      diff: async () => (await import('./diff.ts')).diff,
      apply: async () => (await import('./apply.ts')).apply,
      'apply edit-last-applied': async () => (await import('./apply/edit-last-applied.ts')).editLastApplied,
      'apply set-last-applied': async () => (await import('./apply/set-last-applied.ts')).setLastApplied,
      'apply view-last-applied': async () => (await import('./apply/view-last-applied.ts')).viewLastApplied,
      patch: async () => (await import('./patch.ts')).patch,
      replace: async () => (await import('./replace.ts')).replace,
      wait: async () => (await import('./wait.ts')).wait,
      kustomize: async () => (await import('./kustomize.ts')).kustomize,
    },
  },
  {
    heading: 'Settings Commands',
    verbs: {
      label: async () => (await import('./label.ts')).label,
      annotate: async () => (await import('./annotate.ts')).annotate,
      completion: async () => (await import('./completion.ts')).completion,
    },
  },
  {
    heading: 'Other Commands',
    verbs: {
      'api-resources': async () => (await import('./api-resources.ts')).apiResources,
      'api-versions': async () => (await import('./api-versions.ts')).apiVersions,
      config: group('Change kubeconfig files'),
      'config current-context': async () => (await import('./config/current-context.ts')).currentContext,
      'config delete-cluster': async () => (await import('./config/delete-cluster.ts')).deleteCluster,
      'config delete-context': async () => (await import('./config/delete-context.ts')).deleteContext,
      'config delete-user': async () => (await import('./config/delete-user.ts')).deleteUser,
      'config get-clusters': async () => (await import('./config/get-clusters.ts')).getClusters,
      'config get-contexts': async () => (await import('./config/get-contexts.ts')).getContexts,
      'config get-users': async () => (await import('./config/get-users.ts')).getUsers,
      'config rename-context': async () => (await import('./config/rename-context.ts')).renameContext,
      'config set': async () => (await import('./config/set.ts')).set,
      'config set-cluster': async () => (await import('./config/set-cluster.ts')).setCluster,
      'config set-context': async () => (await import('./config/set-context.ts')).setContext,
      'config set-credentials': async () => (await import('./config/set-credentials.ts')).setCredentials,
      'config unset': async () => (await import('./config/unset.ts')).unset,
      'config use-context': async () => (await import('./config/use-context.ts')).useContext,
      'config view': async () => (await import('./config/view.ts')).view,
      kuberc: group('Show and write your preferences'),
      'kuberc set': async () => (await import('./kuberc/set.ts')).kubercSet,
      'kuberc view': async () => (await import('./kuberc/view.ts')).kubercView,
      plugin: group('Show the plugins of kubectl'),
      'plugin list': async () => (await import('./plugin/list.ts')).pluginList,
      version: async () => (await import('./version.ts')).version,
    },
  },
];

/** Commands that help does not list. */
export const unlisted: Readonly<Record<string, LoadVerb>> = {
  help: async () => (await import('./help.ts')).help,
  options: async () => (await import('./options.ts')).options,
};

/** What kubectl does not have; the name `kubectl` does not know these. */
export const ownHeading: Heading = {
  heading: 'Commands of kubemu',
  verbs: {
    cluster: group('Make, choose and remove clusters'),
    'cluster create': async () => (await import('./cluster/create.ts')).create,
    'cluster list': async () => (await import('./cluster/list.ts')).list,
    'cluster use': async () => (await import('./cluster/use.ts')).use,
    'cluster delete': async () => (await import('./cluster/delete.ts')).remove,
    'cluster reset': async () => (await import('./cluster/reset.ts')).reset,
    'cluster clone': async () => (await import('./cluster/clone.ts')).clone,
    'cluster fill': async () => (await import('./cluster/fill.ts')).fill,
    'cluster snapshot': async () => (await import('./cluster/snapshot.ts')).snapshot,
    'cluster restore': async () => (await import('./cluster/restore.ts')).restore,
    'cluster undo': async () => (await import('./cluster/undo.ts')).undo,
    'cluster inspect': async () => (await import('./cluster/inspect.ts')).inspect,
    'cluster compact': async () => (await import('./cluster/compact.ts')).compact,
    clock: async () => (await import('./clock.ts')).clock,
    serve: async () => (await import('./serve.ts')).serve,
    env: async () => (await import('./env.ts')).env,
  },
};

export const headingsOf = (program: string): readonly Heading[] => (program === 'kubectl' ? headings : [...headings, ownHeading]);

/** Undefined when kubemu does not have the command yet. */
export function findVerb(program: string, path: string): LoadVerb | undefined {
  for (const { verbs } of headingsOf(program)) {
    const load = Object.hasOwn(verbs, path) ? verbs[path] : undefined;
    if (load) return load;
  }
  return Object.hasOwn(unlisted, path) ? unlisted[path] : undefined;
}
