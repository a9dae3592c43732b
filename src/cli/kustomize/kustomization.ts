// kustomization.yaml: its fields, those of old, and those that kubemu refuses by name.
import { KustomizeError } from './fail.ts';
import type { Fields } from './resource.ts';

export interface Selector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}
export interface Patch {
  path?: string;
  patch?: string;
  target?: Selector;
  options?: { allowNameChange?: boolean; allowKindChange?: boolean };
}
export interface GeneratorOptions {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  disableNameSuffixHash?: boolean;
  immutable?: boolean;
}
export interface Generator {
  name?: string;
  namespace?: string;
  behavior?: string;
  type?: string;
  literals?: string[];
  files?: string[];
  envs?: string[];
  env?: string;
  options?: GeneratorOptions;
}
export interface Labels {
  pairs?: Record<string, string>;
  includeSelectors?: boolean;
  includeTemplates?: boolean;
  fields?: { path: string; group?: string; version?: string; kind?: string; create?: boolean }[];
}
export interface Image {
  name?: string;
  newName?: string;
  newTag?: string;
  tagSuffix?: string;
  digest?: string;
}
export interface Kustomization {
  apiVersion?: string;
  kind?: string;
  metadata?: Fields;
  resources?: string[];
  bases?: string[];
  components?: string[];
  namespace?: string;
  namePrefix?: string;
  nameSuffix?: string;
  commonLabels?: Record<string, string>;
  labels?: Labels[];
  commonAnnotations?: Record<string, string>;
  patches?: Patch[];
  patchesStrategicMerge?: string[];
  patchesJson6902?: Patch[];
  images?: Image[];
  imageTags?: Image[];
  replicas?: { name?: string; count?: number }[];
  configMapGenerator?: Generator[];
  secretGenerator?: Generator[];
  generatorOptions?: GeneratorOptions;
  sortOptions?: { order?: string; legacySortOptions?: { orderFirst?: string[]; orderLast?: string[] } };
}

type Shape = 'text' | 'map' | 'texts' | 'maps';

const FIELDS: Readonly<Record<keyof Kustomization, Shape>> = {
  apiVersion: 'text',
  kind: 'text',
  metadata: 'map',
  resources: 'texts',
  bases: 'texts',
  components: 'texts',
  namespace: 'text',
  namePrefix: 'text',
  nameSuffix: 'text',
  commonLabels: 'map',
  labels: 'maps',
  commonAnnotations: 'map',
  patches: 'maps',
  patchesStrategicMerge: 'texts',
  patchesJson6902: 'maps',
  images: 'maps',
  imageTags: 'maps',
  replicas: 'maps',
  configMapGenerator: 'maps',
  secretGenerator: 'maps',
  generatorOptions: 'map',
  sortOptions: 'map',
};

const REFUSED = [
  'openapi',
  'replacements',
  'vars',
  'crds',
  'helmGlobals',
  'helmCharts',
  'helmChartInflationGenerator',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'buildMetadata',
];

const DEPRECATED: readonly (readonly [keyof Kustomization, string])[] = [
  ['bases', 'resources'],
  ['commonLabels', 'labels'],
  ['imageTags', 'images'],
  ['patchesJson6902', 'patches'],
  ['patchesStrategicMerge', 'patches'],
];

export async function readKustomization(text: string, root: string, warn: (line: string) => void): Promise<Kustomization> {
  const { readYaml } = await import('../../machinery/yaml-full.ts');
  let documents: unknown[];
  try {
    documents = readYaml(text);
  } catch (error) {
    throw new KustomizeError(`invalid Kustomization: ${(error as Error).message}`);
  }
  const value = checked(documents[0] ?? {});
  for (const [old, now] of DEPRECATED) {
    if (value[old] !== undefined)
      warn(
        `# Warning: '${old}' is deprecated. Please use '${now}' instead. Run 'kustomize edit fix' to update your Kustomization automatically.`,
      );
  }
  if (Object.keys(value).every((key) => key === 'apiVersion' || key === 'kind')) throw new KustomizeError('kustomization.yaml is empty');
  checkType(value, root);
  return value;
}

function checked(value: unknown): Kustomization {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = Array.isArray(value) ? 'array' : typeof value === 'string' ? 'string' : typeof value;
    throw new KustomizeError(`invalid Kustomization: json: cannot unmarshal ${what} into Go value of type types.Kustomization`);
  }
  for (const [key, field] of Object.entries(value)) {
    if (REFUSED.includes(key)) throw new KustomizeError(`kubemu does not build kustomizations with ${JSON.stringify(key)} yet`);
    const shape = Object.hasOwn(FIELDS, key) ? FIELDS[key as keyof Kustomization] : undefined;
    if (!shape) throw new KustomizeError(`invalid Kustomization: json: unknown field ${JSON.stringify(key)}`);
    if (field !== null && !fits(shape, field))
      throw new KustomizeError(
        `invalid Kustomization: json: cannot unmarshal ${goTypeOf(field)} into Go struct field Kustomization.${key} of type ${GO_TYPES[shape]}`,
      );
  }
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) as Kustomization;
}

function fits(shape: Shape, value: unknown): boolean {
  const map = (one: unknown): boolean => typeof one === 'object' && one !== null && !Array.isArray(one);
  if (shape === 'text') return typeof value === 'string';
  if (shape === 'map') return map(value);
  return Array.isArray(value) && value.every(shape === 'texts' ? (one) => typeof one === 'string' : map);
}

const GO_TYPES: Readonly<Record<Shape, string>> = {
  text: 'string',
  map: 'map[string]string',
  texts: '[]string',
  maps: '[]types.Kustomization',
};

const goTypeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

function checkType({ kind = 'Kustomization', apiVersion }: Kustomization, root: string): void {
  const problems: string[] = [];
  if (kind !== 'Kustomization' && kind !== 'Component') problems.push('kind should be Kustomization or Component');
  const version = kind === 'Component' ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1';
  if (apiVersion !== undefined && apiVersion !== version) problems.push(`apiVersion for ${kind} should be ${version}`);
  if (problems.length > 0) throw new KustomizeError(`Failed to read kustomization file under ${root}:\n${problems.join('\n')}`);
}
