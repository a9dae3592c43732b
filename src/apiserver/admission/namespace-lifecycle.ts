// Plays the NamespaceLifecycle plugin: nothing new in a namespace that is missing or going; three namespaces stay.
import { forbidden, notFound } from '../../machinery/status.ts';
import { type AdmissionPlugin, type Attributes, nameInErrors } from './plugin.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Reviews exist in no namespace that could be missing. */
const ACCESS_REVIEWS = 'authorization.k8s.io';

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  admit(attributes, { storage, resources }) {
    const { operation, resource, namespace } = attributes;
    if (operation === 'DELETE') {
      if (resource.kind.resource === 'namespaces' && IMMORTAL.has(attributes.name)) {
        throw forbidden(resource.gr, attributes.name, 'this namespace may not be deleted');
      }
      return;
    }
    if (!resource.namespaced || resource.gr.group === ACCESS_REVIEWS) return;
    const namespaces = resources.find('', 'v1', 'namespaces');
    if (!namespaces) return;
    const found = storage.get(namespaces, '', namespace)?.value;
    if (!found) throw notFound(namespaces.gr, namespace);
    if (operation === 'CREATE' && found.metadata.deletionTimestamp) throw terminating(attributes);
  },
};

function terminating(attributes: Attributes): Error {
  const { namespace } = attributes;
  const error = forbidden(
    attributes.resource.gr,
    nameInErrors(attributes),
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  error.status.details = {
    ...error.status.details,
    causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
  };
  return error;
}
