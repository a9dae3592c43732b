// Plays the ServiceAccount controller: every namespace has an account named `default`.
import { Namespace } from '../api/core/namespace.ts';
import { ServiceAccount } from '../api/core/serviceaccount.ts';
import { defineController, watch } from './define.ts';

export const serviceAccountController = defineController({
  name: 'serviceaccount-controller',
  for: Namespace,
  watches: [
    watch(ServiceAccount, ({ type, object }) =>
      type === 'DELETED' && object.metadata.name === 'default' && object.metadata.namespace ? [object.metadata.namespace] : [],
    ),
  ],
  async reconcile({ name: namespace }, { client }) {
    const found = await client.get(Namespace, { name: namespace });
    if (found?.status?.phase !== 'Active' || (await client.get(ServiceAccount, { namespace, name: 'default' }))) return undefined;
    await client.create(ServiceAccount, { metadata: { namespace, name: 'default' } });
    return undefined;
  },
});
