// Plays the informers of the cluster's components: they list and watch once, and then read what they hold. No request is made for such a
// read, so it costs none, and the audit log does not show it.
import type { Credentials } from '../machinery/http.ts';
import type { Lister, ResourceLister } from '../machinery/lister.ts';
import { authenticate } from './authentication.ts';
import { SUPERUSERS } from './authorization/index.ts';
import { isStored, type Resource } from './resource.ts';
import type { Resources } from './resources.ts';
import type { Storage } from './storage.ts';

/** For who may read everything; undefined for anybody else, who has to ask for each object. */
export function createLister(storage: Storage, resources: Resources, credentials: Credentials): Lister | undefined {
  if (!credentials.certificate || credentials.impersonate) return undefined;
  if (!authenticate(credentials, () => undefined).groups.includes(SUPERUSERS)) return undefined;
  const listers = new WeakMap<Resource, ResourceLister>();
  return {
    of({ group, version, plural }) {
      const resource = resources.find(group, version, plural);
      if (!resource || !isStored(resource)) return undefined;
      let lister = listers.get(resource);
      if (!lister) {
        lister = listerOf(storage, resource);
        listers.set(resource, lister);
      }
      return lister;
    },
  };
}

function listerOf(storage: Storage, resource: Resource): ResourceLister {
  return {
    get(namespace, name) {
      const entry = storage.get(resource, namespace, name);
      return entry && storage.shown(resource, entry);
    },
    list: (namespace) => storage.allShown(resource, storage.few(resource, namespace)),
    owned: (namespace, uid) => storage.owned(resource, namespace, uid),
  };
}
