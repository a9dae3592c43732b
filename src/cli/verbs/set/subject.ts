// `set subject`.

import { jsonEqual } from '../../../machinery/equal.ts';
import { setOn } from '../../set-resources.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { subjectsOf } from '../create/binding-subjects.ts';

export const setSubject = defineVerb({
  short: 'Add somebody to a role binding',
  examples: [{ about: 'A service account', command: 'kubectl set subject rolebinding readers --serviceaccount=default:robot' }],
  flags: {
    user: 'A user. May be repeated.',
    group: 'A group. May be repeated.',
    serviceaccount: 'A service account: namespace:name. May be repeated.',
  },
  async run(context) {
    const added = subjectsOf(context);
    return setOn(context, {
      resources: context.args,
      operation: 'subjects updated',
      change(draft) {
        if (!draft.kind.endsWith('RoleBinding')) {
          throw new KubectlError(
            `${draft.kind.toLowerCase()}/${draft.metadata.name} setting subjects is only supported for RoleBinding/ClusterRoleBinding`,
          );
        }
        if (added.length === 0) throw new KubectlError('you must specify at least one value of user, group or serviceaccount');
        const subjects = (draft.subjects ?? []) as object[];
        draft.subjects = [...subjects, ...added.filter((one) => !subjects.some((old) => jsonEqual(old, one)))];
      },
    });
  },
});
