// The text of a manifest to resources, Lists taken apart.
import { goJson } from '../printers/go-json.ts';
import { KustomizeError } from './fail.ts';
import { type Fields, isFields, type Resource, resourceOf } from './resource.ts';

export interface BuildOptions {
  cwd: string;
  warn(line: string): void;
  /** `--load-restrictor=LoadRestrictionsNone` */
  anywhere?: boolean;
}

export async function fromText(text: string): Promise<Resource[]> {
  const { readYaml } = await import('../../machinery/yaml-full.ts');
  let documents: unknown[];
  try {
    documents = readYaml(text);
  } catch (error) {
    throw new KustomizeError(`MalformedYAMLError: ${(error as Error).message}`);
  }
  return documents.flatMap((document) => (document === null || document === undefined ? [] : objectsIn(document))).map(resourceOf);
}

function objectsIn(document: unknown): Fields[] {
  if (!isFields(document)) throw new KustomizeError('missing Resource metadata');
  if (typeof document.kind !== 'string') throw new KustomizeError(`missing kind in object ${goJson(document)}`);
  if (document.kind.endsWith('List') && Array.isArray(document.items)) return document.items.flatMap(objectsIn);
  const { name } = isFields(document.metadata) ? document.metadata : {};
  if (!name)
    throw new KustomizeError(`missing metadata.name in object {{${String(document.apiVersion ?? '')} ${document.kind}} {{ } map[] map[]}}`);
  return [document];
}
