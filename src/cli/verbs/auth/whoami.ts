// `auth whoami`.
import type { V1SelfSubjectReview } from '../../../api/generated/types.ts';
import { printerFor } from '../../printers/index.ts';
import { align } from '../../printers/table.ts';
import { send } from '../../rest.ts';
import { defineVerb } from '../../verb.ts';

export const authWhoami = defineVerb({
  short: 'Ask the server who it thinks you are',
  examples: [{ about: 'Name, groups and the rest', command: 'kubectl auth whoami' }],
  async run(context) {
    const printer = context.flags.string('output') ? await printerFor(context, {}) : undefined;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} };
    const answer = (await send(context, {
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body,
    })) as V1SelfSubjectReview;
    if (printer) {
      printer.print(answer);
      return 0;
    }
    const { username = '', uid, groups = [], extra = {} } = answer.status?.userInfo ?? {};
    const rows = [
      ['ATTRIBUTE', 'VALUE'],
      ['Username', username],
      ...(uid ? [['UID', uid]] : []),
      ...(groups.length > 0 ? [['Groups', `[${groups.join(' ')}]`]] : []),
      ...Object.entries(extra)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, values]) => [`Extra: ${key}`, `[${values.join(' ')}]`]),
    ];
    context.write(align(rows));
    return 0;
  },
});
