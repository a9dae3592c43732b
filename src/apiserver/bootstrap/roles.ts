// The default ClusterRoles, Roles and bindings that kube-apiserver makes at start (RBAC documentation, "Default roles and role bindings").
// Facts in a compact notation: verbs | groups | resources [| resource names]. `rw` and `ro` stand for the usual verb lists.
// Those of single controllers are in controller-roles.ts.
import { controllerRoles } from './controller-roles.ts';

export interface RoleFacts {
  name: string;
  /** Empty for a ClusterRole. */
  namespace?: string;
  /** Roles with these labels are summed up into this one. */
  aggregates?: string;
  /** Is summed up into the role of this name. */
  aggregateTo?: string;
  rules: readonly string[];
}

const WRITE = 'create,delete,deletecollection,patch,update';

export const clusterRoles: readonly RoleFacts[] = [
  { name: 'cluster-admin', rules: ['*|*|*', '*|url|*'] },
  { name: 'admin', aggregates: 'admin', rules: [] },
  { name: 'edit', aggregates: 'edit', aggregateTo: 'admin', rules: [] },
  { name: 'view', aggregates: 'view', aggregateTo: 'edit', rules: [] },
  {
    name: 'system:aggregate-to-admin',
    aggregateTo: 'admin',
    rules: ['create|authorization.k8s.io|localsubjectaccessreviews', 'rw|rbac.authorization.k8s.io|rolebindings,roles'],
  },
  {
    name: 'system:aggregate-to-edit',
    aggregateTo: 'edit',
    rules: [
      'ro||pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy',
      'impersonate||serviceaccounts',
      `${WRITE}||pods,pods/attach,pods/exec,pods/portforward,pods/proxy`,
      'create||pods/eviction',
      `${WRITE}||configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy`,
      'create||serviceaccounts/token',
      `${WRITE}|apps|daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale`,
      `${WRITE}|autoscaling|horizontalpodautoscalers`,
      `${WRITE}|batch|cronjobs,jobs`,
      `${WRITE}|extensions|daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale`,
      `${WRITE}|policy|poddisruptionbudgets`,
      `${WRITE}|networking.k8s.io|ingresses,networkpolicies`,
      'rw|coordination.k8s.io|leases',
      `${WRITE}|resource.k8s.io|resourceclaims,resourceclaimtemplates`,
    ],
  },
  {
    name: 'system:aggregate-to-view',
    aggregateTo: 'view',
    rules: [
      'ro||configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status',
      'ro||bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status',
      'ro||namespaces',
      'ro|discovery.k8s.io|endpointslices',
      'ro|apps|controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status',
      'ro|autoscaling|horizontalpodautoscalers,horizontalpodautoscalers/status',
      'ro|batch|cronjobs,cronjobs/status,jobs,jobs/status',
      'ro|extensions|daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale',
      'ro|policy|poddisruptionbudgets,poddisruptionbudgets/status',
      'ro|networking.k8s.io|ingresses,ingresses/status,networkpolicies',
      'ro|resource.k8s.io|resourceclaims,resourceclaims/status,resourceclaimtemplates',
    ],
  },
  {
    name: 'system:auth-delegator',
    rules: ['create|authentication.k8s.io|tokenreviews', 'create|authorization.k8s.io|subjectaccessreviews'],
  },
  {
    name: 'system:basic-user',
    rules: [
      'create|authorization.k8s.io|selfsubjectaccessreviews,selfsubjectrulesreviews',
      'create|authentication.k8s.io|selfsubjectreviews',
    ],
  },
  { name: 'system:discovery', rules: ['get|url|/api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/'] },
  { name: 'system:public-info-viewer', rules: ['get|url|/healthz,/livez,/readyz,/version,/version/'] },
  {
    name: 'system:service-account-issuer-discovery',
    rules: ['get|url|/.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/'],
  },
  { name: 'system:monitoring', rules: ['get|url|/healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*'] },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    rules: ['create|certificates.k8s.io|certificatesigningrequests/nodeclient'],
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    rules: ['create|certificates.k8s.io|certificatesigningrequests/selfnodeclient'],
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-approver',
    rules: ['approve|certificates.k8s.io|signers|kubernetes.io/kube-apiserver-client'],
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver',
    rules: ['approve|certificates.k8s.io|signers|kubernetes.io/kube-apiserver-client-kubelet'],
  },
  {
    name: 'system:certificates.k8s.io:kubelet-serving-approver',
    rules: ['approve|certificates.k8s.io|signers|kubernetes.io/kubelet-serving'],
  },
  {
    name: 'system:certificates.k8s.io:legacy-unknown-approver',
    rules: ['approve|certificates.k8s.io|signers|kubernetes.io/legacy-unknown'],
  },
  { name: 'system:kube-aggregator', rules: ['ro||endpoints,services'] },
  { name: 'system:kube-dns', rules: ['list,watch||endpoints,services'] },
  {
    name: 'system:kube-controller-manager',
    rules: [
      'create,patch,update|,events.k8s.io|events',
      'create|coordination.k8s.io|leases',
      'get,update|coordination.k8s.io|leases|kube-controller-manager',
      'create||secrets,serviceaccounts',
      'delete||secrets',
      'get||configmaps,namespaces,secrets,serviceaccounts',
      'update||secrets,serviceaccounts',
      'create|authentication.k8s.io|tokenreviews',
      'create|authorization.k8s.io|subjectaccessreviews',
      'list,watch|*|*',
      'create||serviceaccounts/token',
    ],
  },
  {
    name: 'system:kube-scheduler',
    rules: [
      'create,patch,update|,events.k8s.io|events',
      'create|coordination.k8s.io|leases',
      'get,update|coordination.k8s.io|leases|kube-scheduler',
      'ro||nodes',
      'delete,get,list,watch||pods',
      'create||bindings,pods/binding',
      'patch,update||pods/status',
      'ro||namespaces,replicationcontrollers,services',
      'ro|apps,extensions|replicasets',
      'ro|apps|statefulsets',
      'ro|policy|poddisruptionbudgets',
      'ro||persistentvolumeclaims,persistentvolumes',
      'create|authentication.k8s.io|tokenreviews',
      'create|authorization.k8s.io|subjectaccessreviews',
      'ro|storage.k8s.io|csinodes',
      'ro|storage.k8s.io|csidrivers',
      'ro|storage.k8s.io|csistoragecapacities',
      'ro|storage.k8s.io|volumeattachments',
      'ro|resource.k8s.io|deviceclasses',
      'get,list,patch,update,watch|resource.k8s.io|resourceclaims',
      'get,list,patch,update,watch|resource.k8s.io|resourceclaims/status',
      'update||pods/finalizers',
      'ro|resource.k8s.io|resourceslices',
    ],
  },
  {
    name: 'system:node',
    rules: [
      'create|authentication.k8s.io|tokenreviews',
      'create|authorization.k8s.io|localsubjectaccessreviews,subjectaccessreviews',
      'ro||services',
      'create,get,list,watch||nodes',
      'patch,update||nodes/status',
      'patch,update||nodes',
      'create,patch,update||events',
      'ro||pods',
      'create,delete||pods',
      'patch,update||pods/status',
      'create||pods/eviction',
      'ro||configmaps,secrets',
      'get||persistentvolumeclaims,persistentvolumes',
      'get||endpoints',
      'create,get,list,watch|certificates.k8s.io|certificatesigningrequests',
      'create,delete,get,patch,update|coordination.k8s.io|leases',
      'get|storage.k8s.io|volumeattachments',
      'get,patch,update||persistentvolumeclaims/status',
      'create||serviceaccounts/token',
      'ro|storage.k8s.io|csidrivers',
      'create,delete,get,patch,update|storage.k8s.io|csinodes',
      'ro|node.k8s.io|runtimeclasses',
      'get|resource.k8s.io|resourceclaims',
      'deletecollection|resource.k8s.io|resourceslices',
      'create,delete,get,list,patch,update,watch|resource.k8s.io|resourceslices',
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: ['ro||nodes', 'proxy||nodes', '*||nodes/log,nodes/metrics,nodes/proxy,nodes/stats'],
  },
  { name: 'system:node-bootstrapper', rules: ['create,get,list,watch|certificates.k8s.io|certificatesigningrequests'] },
  { name: 'system:node-problem-detector', rules: ['get||nodes', 'patch||nodes/status', 'create,patch,update|,events.k8s.io|events'] },
  {
    name: 'system:node-proxier',
    rules: [
      'list,watch||endpoints,services',
      'ro||nodes',
      'create,patch,update|,events.k8s.io|events',
      'list,watch|networking.k8s.io|servicecidrs',
      'list,watch|discovery.k8s.io|endpointslices',
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      'create,delete,get,list,watch||persistentvolumes',
      'get,list,update,watch||persistentvolumeclaims',
      'ro|storage.k8s.io|storageclasses',
      'watch||events',
      'create,patch,update||events',
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      'get,list,patch,update,watch||persistentvolumes',
      'ro|storage.k8s.io|storageclasses',
      'get,list,patch,update,watch||persistentvolumeclaims',
    ],
  },
  ...Object.entries(controllerRoles).map(([name, rules]) => ({ name: `system:controller:${name}`, rules })),
];

export const roles: readonly RoleFacts[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: ['ro||configmaps|extension-apiserver-authentication'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    rules: ['watch||configmaps', 'get,update||configmaps|kube-controller-manager'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    rules: ['watch||configmaps', 'get,update||configmaps|kube-scheduler'],
  },
  { namespace: 'kube-system', name: 'system:controller:bootstrap-signer', rules: ['ro||secrets'] },
  { namespace: 'kube-system', name: 'system:controller:cloud-provider', rules: ['create,get,list,watch||configmaps'] },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: ['delete,get,list,watch||secrets', 'create,patch,update|,events.k8s.io|events'],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: ['ro||configmaps', 'update||configmaps|cluster-info', 'create,patch,update|,events.k8s.io|events'],
  },
];

export interface BindingFacts {
  name: string;
  namespace?: string;
  role: string;
  /** `group:system:masters`, `user:system:kube-scheduler`, `sa:kube-system/token-cleaner`. */
  subjects: readonly string[];
}

export const clusterRoleBindings: readonly BindingFacts[] = [
  { name: 'cluster-admin', role: 'cluster-admin', subjects: ['group:system:masters'] },
  { name: 'system:basic-user', role: 'system:basic-user', subjects: ['group:system:authenticated'] },
  { name: 'system:discovery', role: 'system:discovery', subjects: ['group:system:authenticated'] },
  {
    name: 'system:public-info-viewer',
    role: 'system:public-info-viewer',
    subjects: ['group:system:authenticated', 'group:system:unauthenticated'],
  },
  {
    name: 'system:service-account-issuer-discovery',
    role: 'system:service-account-issuer-discovery',
    subjects: ['group:system:serviceaccounts'],
  },
  { name: 'system:monitoring', role: 'system:monitoring', subjects: ['group:system:monitoring'] },
  { name: 'system:kube-controller-manager', role: 'system:kube-controller-manager', subjects: ['user:system:kube-controller-manager'] },
  { name: 'system:kube-dns', role: 'system:kube-dns', subjects: ['sa:kube-system/kube-dns'] },
  { name: 'system:kube-scheduler', role: 'system:kube-scheduler', subjects: ['user:system:kube-scheduler'] },
  { name: 'system:node', role: 'system:node', subjects: [] },
  { name: 'system:node-proxier', role: 'system:node-proxier', subjects: ['user:system:kube-proxy'] },
  { name: 'system:volume-scheduler', role: 'system:volume-scheduler', subjects: ['user:system:kube-scheduler'] },
  ...Object.keys(controllerRoles).map((name) => ({
    name: `system:controller:${name}`,
    role: `system:controller:${name}`,
    subjects: [`sa:kube-system/${name}`],
  })),
];

export const roleBindings: readonly BindingFacts[] = [
  {
    namespace: 'kube-system',
    name: 'system::extension-apiserver-authentication-reader',
    role: 'extension-apiserver-authentication-reader',
    subjects: ['user:system:kube-controller-manager', 'user:system:kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    role: 'system::leader-locking-kube-controller-manager',
    subjects: ['user:system:kube-controller-manager', 'sa:kube-system/kube-controller-manager'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    role: 'system::leader-locking-kube-scheduler',
    subjects: ['user:system:kube-scheduler', 'sa:kube-system/kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    role: 'system:controller:bootstrap-signer',
    subjects: ['sa:kube-system/bootstrap-signer'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    role: 'system:controller:cloud-provider',
    subjects: ['sa:kube-system/cloud-provider'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    role: 'system:controller:token-cleaner',
    subjects: ['sa:kube-system/token-cleaner'],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    role: 'system:controller:bootstrap-signer',
    subjects: ['sa:kube-system/bootstrap-signer'],
  },
];
