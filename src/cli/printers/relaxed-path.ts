// kubectl's RelaxedJSONPathExpression: `metadata.name`, `.metadata.name`, `{metadata.name}` and `{.metadata.name}` mean the same.
import { KubectlError } from '../verb.ts';

export function relaxedPath(text: string): string {
  if (text === '') return text;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (!match)
    throw new KubectlError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  return `{.${match[1] ?? match[2] ?? ''}}`;
}
