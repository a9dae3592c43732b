// kubectl config set
import { convert } from '../../flags/values-parsed.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, goList, newStanza, usageThenError } from './edit.ts';
import { booleanFields, isData, parseProperty, stanzasOf } from './property.ts';

export const set = defineVerb({
  short: 'Set one value of the kubeconfig',
  long: 'Sets one value of the kubeconfig. PROPERTY_NAME is a path with dots; names in it may hold dots themselves. Values of binary fields are base64, or taken as they are with --set-raw-bytes.',
  examples: [
    { about: 'Change the address of the cluster my-cluster', command: 'kubectl config set clusters.my-cluster.server https://1.2.3.4' },
  ],
  flags: { 'set-raw-bytes': 'Take the value of a binary field as it is.' },
  async run(context) {
    const { args, flags } = context;
    const [path, text, ...rest] = args;
    if (path === undefined || text === undefined || rest.length > 0) return usageThenError(context, `Unexpected args: ${goList(args)}`);
    const property = parseProperty(path);
    await editConfig(context, (config) => {
      if (property.section === 'current-context') config.currentContext = text;
      else if (property.section === 'preferences')
        config.preferences = { ...(config.preferences as object), [property.field]: value(property.field === 'colors', false, text) };
      else {
        const stanzas = stanzasOf(config, property.section);
        if (property.field === '' || property.name === '') {
          const names = [...stanzas.keys()].sort().map((name) => `${name}:0xc000000000`);
          throw new KubectlError(`can't set a map to a value: map[${names.join(' ')}]`);
        }
        const entry = stanzas.get(property.name) ?? newStanza<Record<string, unknown>>({});
        const raw = isData(property.field);
        entry.value[property.field] =
          raw && flags.bool('set-raw-bytes')
            ? Buffer.from(text).toString('base64')
            : value(booleanFields.includes(property.field), raw, text);
        stanzas.set(property.name, entry);
      }
    });
    context.out(`Property "${path}" set.`);
    return 0;
  },
});

function value(boolean: boolean, base64: boolean, text: string): unknown {
  if (base64 && !(/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0)) {
    const bad = text.search(/[^A-Za-z0-9+/=]/);
    throw new KubectlError(
      `error decoding input value: illegal base64 data at input byte ${bad < 0 ? Math.floor(text.length / 4) * 4 : bad}`,
    );
  }
  if (!boolean) return text;
  try {
    return convert('bool', text);
  } catch (error) {
    throw new KubectlError((error as Error).message);
  }
}
