// `set selector`.
import { fromSelectorText } from '../../selector-object.ts';
import { setOn } from '../../set-resources.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const setSelector = defineVerb({
  short: 'Change the selector of a service',
  examples: [{ about: 'Send a service to other Pods', command: "kubectl set selector service web 'app=web,version=2'" }],
  async run(context) {
    const words = context.args.filter((arg) => /[=!]| in | notin /.test(arg));
    const [text] = words;
    if (text === undefined || words.length > 1) throw new KubectlError('one selector is required');
    const { matchLabels = {}, matchExpressions = [] } = fromSelectorText(text);
    return setOn(context, {
      resources: context.args.filter((arg) => arg !== text),
      operation: 'selector updated',
      printUnchanged: true,
      change(draft) {
        if (draft.kind !== 'Service') throw new KubectlError('setting a selector is only supported for Services');
        if (matchExpressions.length > 0) {
          const shown = matchExpressions.map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`).join(' ');
          throw new KubectlError(`match expression [${shown}] not supported on this object`);
        }
        draft.spec = { ...(draft.spec as object), selector: matchLabels };
      },
    });
  },
});
