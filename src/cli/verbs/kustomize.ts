// `kustomize`: a kustomization as the YAML that it means.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builtFrom } from '../resources/kustomize.ts';
import { defineVerb, KubectlError } from '../verb.ts';

const REFUSED = [
  'enable-helm',
  'enable-alpha-plugins',
  'as-current-user',
  'network',
  'env',
  'mount',
  'helm-api-versions',
  'helm-kube-version',
  'helm-debug',
];

export const kustomize = defineVerb({
  short: 'Build a kustomization',
  long: 'Prints the objects that kustomization.yaml in a directory makes of its resources, names, labels, images, generators and patches. Left out, and refused by name: helm charts, plugins, vars, replacements and custom field specs.',
  examples: [
    { about: 'Of the current directory', command: 'kubectl kustomize' },
    { about: 'Of another one', command: 'kubectl kustomize overlays/production' },
  ],
  flags: {
    output: 'Write to this file, or to one file each in this directory.',
    'load-restrictor': 'LoadRestrictionsNone lets files be read from anywhere.',
  },
  async run(context) {
    const { flags, args, cwd } = context;
    if (args.length > 1) throw new KubectlError('specify one path to kustomization.yaml');
    for (const flag of REFUSED) if (flags.given(flag)) throw new KubectlError(`kubemu kustomize does not know --${flag} yet`);
    const restrictor = flags.string('load-restrictor');
    if (!['LoadRestrictionsRootOnly', 'LoadRestrictionsNone', 'none', 'rootOnly'].includes(restrictor)) {
      throw new KubectlError(
        `illegal flag value --load-restrictor ${restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
      );
    }
    const objects = await builtFrom(context, args[0] ?? '.', restrictor === 'LoadRestrictionsNone');
    const { writeYaml } = await import('../../machinery/yaml-write.ts');
    const output = flags.string('output');
    const target = resolve(cwd, output);
    if (output && existsSync(target) && statSync(target).isDirectory()) {
      for (const object of objects) writeFileSync(join(target, fileNameOf(object)), writeYaml(object));
      return 0;
    }
    const text = objects.map((object) => writeYaml(object)).join('---\n');
    if (output) writeFileSync(target, text);
    else context.write(text);
    return 0;
  },
});

function fileNameOf(object: object): string {
  const {
    apiVersion = '',
    kind = '',
    metadata = {},
  } = object as { apiVersion?: string; kind?: string; metadata?: { name?: string; namespace?: string } };
  const { namespace, name = '' } = metadata;
  return `${[...(namespace ? [namespace] : []), apiVersion.replaceAll('/', '_'), kind, name].join('_').toLowerCase()}.yaml`;
}
