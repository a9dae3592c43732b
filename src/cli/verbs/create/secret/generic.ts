// `create secret generic`.
import { createFromFlags, nameArgument } from '../../../generator.ts';
import { checkKeys, readSources } from '../../../key-sources.ts';
import { contentHash } from '../../../name-hash.ts';
import { defineVerb } from '../../../verb.ts';

export const createSecretGeneric = defineVerb({
  short: 'Make a secret from values and files',
  examples: [{ about: 'From values', command: 'kubectl create secret generic db --from-literal=user=app --from-literal=password=s3cret' }],
  flags: {
    'from-literal': 'A key and its value: key=value. May be repeated.',
    'from-file': 'A file or directory to read: path or key=path. May be repeated.',
    'from-env-file': 'A file of NAME=value lines.',
    type: "The secret's type.",
    'append-hash': 'Append a hash of the content to the name.',
  },
  async run(context) {
    const name = nameArgument(context);
    const sources = await readSources(context);
    checkKeys(sources, 'Secret', name);
    const data = Object.fromEntries(sources.map(({ key, bytes }) => [key, bytes.toString('base64')]));
    const type = context.flags.string('type');
    const suffix = context.flags.bool('append-hash') ? `-${contentHash({ data, kind: 'Secret', name, type })}` : '';
    const draft = {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: name + suffix },
      ...(sources.length > 0 ? { data } : {}),
      ...(type ? { type } : {}),
    };
    await createFromFlags(context, draft, { failure: 'failed to create secret ' });
    return 0;
  },
});
