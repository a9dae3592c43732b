// Turns the YAML under manifests/ that a new cluster starts with into one module of JSON texts, so that no command parses YAML for it.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** @param {string} manifests folder @returns {string} TypeScript source */
export function manifestsSource(manifests) {
  const lines = ['// Generated from manifests/; do not edit.', '/** JSON arrays of objects, with placeholders still to be filled in. */'];
  for (const folder of ['control-plane', 'addons']) {
    lines.push(`export const ${folder.replace(/-(.)/g, (_, c) => c.toUpperCase())}: Readonly<Record<string, string>> = {`);
    for (const file of readdirSync(join(manifests, folder)).sort()) {
      if (!file.endsWith('.yaml')) continue;
      const documents = parseAllDocuments(readFileSync(join(manifests, folder, file), 'utf8')).map((document) => {
        if (document.errors[0]) throw new Error(`${folder}/${file}: ${document.errors[0].message}`);
        return document.toJS();
      });
      lines.push(`  ${JSON.stringify(basename(file, '.yaml'))}: ${JSON.stringify(JSON.stringify(documents.filter(Boolean)))},`);
    }
    lines.push('};');
  }
  return `${lines.join('\n')}\n`;
}
