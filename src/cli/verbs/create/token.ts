// `create token`.
import type { AuthenticationV1TokenRequest } from '../../../api/generated/types.ts';
import { StatusError } from '../../../machinery/status.ts';
import { nameArgument } from '../../generator.ts';
import { printerFor } from '../../printers/index.ts';
import { send } from '../../rest.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

const BOUND_API: Record<string, string> = { Pod: 'v1', Secret: 'v1', Node: 'v1' };

export const createToken = defineVerb({
  short: 'Ask for a token of a service account',
  examples: [{ about: 'Good for ten minutes', command: 'kubectl create token robot --duration=10m' }],
  flags: {
    duration: 'How long it is good; the server decides when it is 0.',
    audience: 'For whom it is meant. May be repeated.',
    'bound-object-kind': 'Kind of the object without which it is worth nothing.',
    'bound-object-name': 'Name of that object.',
    'bound-object-uid': 'UID of that object.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const duration = flags.duration('duration');
    if (duration < 0) throw new KubectlError('--duration must be greater than or equal to 0');
    if (duration % 1000 !== 0) throw new KubectlError('--duration cannot be expressed in units less than seconds');
    const [kind, boundName, uid] = ['bound-object-kind', 'bound-object-name', 'bound-object-uid'].map((flag) => flags.string(flag));
    if (kind && !BOUND_API[kind]) throw new KubectlError('supported --bound-object-kind values are Node, Pod, Secret');
    if (!kind && boundName) throw new KubectlError('--bound-object-name can only be set if --bound-object-kind is provided');
    if (!kind && uid) throw new KubectlError('--bound-object-uid can only be set if --bound-object-kind is provided');
    if (kind && !boundName) throw new KubectlError('--bound-object-name is required if --bound-object-kind is provided');
    const audiences = flags.list('audience');
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: [...audiences],
        ...(duration > 0 ? { expirationSeconds: duration / 1000 } : {}),
        ...(kind ? { boundObjectRef: { kind, apiVersion: BOUND_API[kind], name: boundName, ...(uid ? { uid } : {}) } } : {}),
      },
    };
    const path = `/api/v1/namespaces/${encodeURIComponent(context.namespace)}/serviceaccounts/${encodeURIComponent(name)}/token`;
    try {
      const answer = (await send(context, { method: 'POST', path, body })) as AuthenticationV1TokenRequest;
      if (flags.string('output')) await (await printerFor(context, {})).print(answer);
      else context.write(`${answer.status?.token ?? ''}${context.terminal.stdout ? '\n' : ''}`);
    } catch (error) {
      if (error instanceof StatusError) throw new KubectlError(`failed to create token: ${error.message}`);
      throw error;
    }
    return 0;
  },
});
