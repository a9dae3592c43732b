// `create configmap`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { checkKeys, readSources } from '../../key-sources.ts';
import { contentHash } from '../../name-hash.ts';
import { defineVerb } from '../../verb.ts';

export const createConfigMap = defineVerb({
  short: 'Make a config map from values and files',
  examples: [
    { about: 'From values', command: 'kubectl create configmap settings --from-literal=color=blue --from-literal=size=3' },
    { about: 'From a file, under a key of its own', command: 'kubectl create configmap site --from-file=index.html=./page.html' },
  ],
  flags: {
    'from-literal': 'A key and its value: key=value. May be repeated.',
    'from-file': 'A file or directory to read: path or key=path. May be repeated.',
    'from-env-file': 'A file of NAME=value lines.',
    'append-hash': 'Append a hash of the content to the name.',
  },
  async run(context) {
    const name = nameArgument(context);
    const sources = await readSources(context);
    checkKeys(sources, 'ConfigMap', name);
    const text = sources.filter(({ bytes }) => isText(bytes)).map(({ key, bytes }) => [key, bytes.toString('utf8')] as const);
    const binary = sources.filter(({ bytes }) => !isText(bytes)).map(({ key, bytes }) => [key, bytes.toString('base64')] as const);
    const content = {
      ...(text.length > 0 ? { data: Object.fromEntries(text) } : {}),
      ...(binary.length > 0 ? { binaryData: Object.fromEntries(binary) } : {}),
    };
    const suffix = context.flags.bool('append-hash')
      ? `-${contentHash({ ...(binary.length > 0 ? { binaryData: content.binaryData } : {}), data: content.data ?? '', kind: 'ConfigMap', name })}`
      : '';
    const draft = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: name + suffix }, ...content };
    await createFromFlags(context, draft, { failure: 'failed to create configmap: ' });
    return 0;
  },
});

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8')).equals(bytes);
