// Writes src/api/generated/types.ts: one TypeScript interface per model of Kubernetes 1.36, read as text from the
// declarations that @kubernetes/client-node ships. Timestamps become strings, as they are in JSON.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} models folder of the generated models @returns {string} TypeScript source */
export function typesSource(models) {
  const out = ['// Generated from the metadata of @kubernetes/client-node; do not edit.', 'export type IntOrString = number | string;'];
  for (const file of readdirSync(models).sort()) {
    if (!file.endsWith('.d.ts') || file === 'all.d.ts' || file === 'ObjectSerializer.d.ts') continue;
    const text = readFileSync(join(models, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    const name = /export declare class (\w+)/.exec(text)?.[1];
    if (!name || name === 'V1MicroTime') continue;
    out.push(`export interface ${name} {`);
    const names = jsonNames(readFileSync(join(models, file.replace('.d.ts', '.js')), 'utf8'));
    for (const field of text.matchAll(/^ {4}'([^']+)'(\??): ([^{\n]+|\{[\s\S]*?\n {4}\});$/gm)) {
      const type = (field[3] ?? '')
        .replace(/\s+/g, ' ')
        .replace(/\b(Date|V1MicroTime)\b/g, 'string')
        .replace(/\bany\b/g, 'unknown');
      out.push(`  '${names.get(field[1] ?? '') ?? field[1]}'${field[2]}: ${type}${field[2] ? ' | undefined' : ''};`);
    }
    out.push('}');
  }
  return `${out.join('\n')}\n`;
}

/**
 * The client renames what is no identifier or a reserved word (`_continue`, `$ref`); its attribute map knows the JSON name.
 * @param {string} source a model's JavaScript @returns {Map<string, string>} property name to JSON name
 */
export function jsonNames(source) {
  const names = new Map();
  for (const [, name, baseName] of source.matchAll(/"name": "([^"]+)",\s*"baseName": "([^"]+)"/g)) names.set(name, baseName);
  return names;
}
