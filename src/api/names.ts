// What cannot be derived from the published models: short names, categories, and where the real etcd keeps a resource.

/** By `plural.group`. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  componentstatuses: ['cs'],
  configmaps: ['cm'],
  endpoints: ['ep'],
  events: ['ev'],
  limitranges: ['limits'],
  namespaces: ['ns'],
  nodes: ['no'],
  persistentvolumeclaims: ['pvc'],
  persistentvolumes: ['pv'],
  pods: ['po'],
  replicationcontrollers: ['rc'],
  resourcequotas: ['quota'],
  serviceaccounts: ['sa'],
  services: ['svc'],
  'customresourcedefinitions.apiextensions.k8s.io': ['crd', 'crds'],
  'daemonsets.apps': ['ds'],
  'deployments.apps': ['deploy'],
  'replicasets.apps': ['rs'],
  'statefulsets.apps': ['sts'],
  'horizontalpodautoscalers.autoscaling': ['hpa'],
  'cronjobs.batch': ['cj'],
  'certificatesigningrequests.certificates.k8s.io': ['csr'],
  'events.events.k8s.io': ['ev'],
  'ingresses.networking.k8s.io': ['ing'],
  'ipaddresses.networking.k8s.io': ['ip'],
  'networkpolicies.networking.k8s.io': ['netpol'],
  'poddisruptionbudgets.policy': ['pdb'],
  'priorityclasses.scheduling.k8s.io': ['pc'],
  'storageclasses.storage.k8s.io': ['sc'],
  'volumeattributesclasses.storage.k8s.io': ['vac'],
};

const inAll = ['all'];
const inApiExtensions = ['api-extensions'];

/** By `plural.group`. */
const categories: Readonly<Record<string, readonly string[]>> = {
  pods: inAll,
  replicationcontrollers: inAll,
  services: inAll,
  'daemonsets.apps': inAll,
  'deployments.apps': inAll,
  'replicasets.apps': inAll,
  'statefulsets.apps': inAll,
  'horizontalpodautoscalers.autoscaling': inAll,
  'cronjobs.batch': inAll,
  'jobs.batch': inAll,
  'apiservices.apiregistration.k8s.io': inApiExtensions,
  'customresourcedefinitions.apiextensions.k8s.io': inApiExtensions,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': inApiExtensions,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': inApiExtensions,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': inApiExtensions,
  'validatingadmissionpolicies.admissionregistration.k8s.io': inApiExtensions,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': inApiExtensions,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': inApiExtensions,
};

/** Resources whose keys do not carry their plural (kube-apiserver's SpecialDefaultResourcePrefixes), by `plural.group`. */
const etcdNames: Readonly<Record<string, string>> = {
  replicationcontrollers: 'controllers',
  endpoints: 'services/endpoints',
  nodes: 'minions',
  services: 'services/specs',
  'ingresses.networking.k8s.io': 'ingress',
};

/** Groups of the delegated API servers, whose keys carry the group. */
const groupedInEtcd = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

const none: readonly string[] = [];

export const shortNamesOf = (resource: string): readonly string[] => shortNames[resource] ?? none;

export const categoriesOf = (resource: string): readonly string[] => categories[resource] ?? none;

/** `/registry/pods/`, `/registry/minions/`, `/registry/apiextensions.k8s.io/customresourcedefinitions/`. */
export function etcdPrefixOf(group: string, plural: string): string {
  if (groupedInEtcd.has(group)) return `/registry/${group}/${plural}/`;
  return `/registry/${etcdNames[group ? `${plural}.${group}` : plural] ?? plural}/`;
}
