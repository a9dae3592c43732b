// The text of a manifest to its objects, with the words of cli-runtime's decoder for what does not decode.
import { readSimpleYaml } from '../../machinery/yaml-read.ts';
import { goJson } from '../printers/go-json.ts';
import { KubectlError } from '../verb.ts';

/** An object of a manifest before anything is known of its kind but its name. */
export interface Decoded {
  apiVersion: string;
  kind: string;
  metadata?: { name?: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

/** Yields objects in order, Lists taken apart. Throws for text that does not parse; objects that do not decode come as errors. */
export async function* decode(text: string, source: string): AsyncIterable<Decoded | Error> {
  for await (const document of documentsOf(text, source)) {
    if (document === null || document === undefined) continue;
    const problem = problemOf(document);
    if (problem) {
      yield new KubectlError(`unable to decode ${JSON.stringify(source)}: ${problem}`);
      continue;
    }
    yield* flatten(document as Decoded, source);
  }
}

function* flatten(object: Decoded, source: string): Iterable<Decoded | Error> {
  if (!object.kind.endsWith('List') || !Array.isArray(object.items)) {
    yield object;
    return;
  }
  for (const item of object.items as unknown[]) {
    const problem = problemOf(item);
    if (problem) yield new KubectlError(`unable to decode ${JSON.stringify(source)}: ${problem}`);
    else yield* flatten(item as Decoded, source);
  }
}

async function* documentsOf(text: string, source: string): AsyncIterable<unknown> {
  const quick = (/^\s*\{/.test(text) ? jsonDocuments(text, source) : undefined) ?? readSimpleYaml(text);
  if (quick) {
    yield* quick;
    return;
  }
  const { yamlDocuments } = await import('../../machinery/yaml-full.ts');
  try {
    yield* yamlDocuments(text);
  } catch (error) {
    throw new KubectlError(`error parsing ${source}: error converting YAML to JSON: ${(error as Error).message}`);
  }
}

/** Several JSON documents may follow each other. Undefined when the text is YAML in flow style after all. */
function jsonDocuments(text: string, source: string): unknown[] | undefined {
  try {
    return [JSON.parse(text)];
  } catch {
    // Not one document: cut at the braces that close one.
  }
  const documents: unknown[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) {
      try {
        documents.push(JSON.parse(text.slice(start, i + 1)));
      } catch {
        return undefined;
      }
      start = i + 1;
    }
  }
  if (depth > 0 || inString) throw new KubectlError(`error parsing ${source}: unexpected EOF`);
  return text.slice(start).trim() === '' ? documents : undefined;
}

function problemOf(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    const type = Array.isArray(document) ? 'array' : typeof document === 'boolean' ? 'bool' : document === null ? 'null' : typeof document;
    return `json: cannot unmarshal ${type} into Go value of type unstructured.detector`;
  }
  const { kind, apiVersion } = document as Record<string, unknown>;
  if (typeof kind === 'number' || typeof apiVersion === 'number') {
    return `json: cannot unmarshal number into Go struct field detector.${typeof kind === 'number' ? 'kind' : 'apiVersion'} of type string`;
  }
  if (!kind) return `Object 'Kind' is missing in '${goJson(document)}'`;
  if (!apiVersion) return `Object 'apiVersion' is missing in '${goJson(document)}'`;
  return undefined;
}
