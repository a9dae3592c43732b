// Turns the YAML under manifests/ that a new cluster starts with into one module of JSON texts, so that no command parses YAML for it.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** The files say what is so in the cluster that first use creates, and can be applied there as they are; others have values of their own. */
const PLACES = {
  '172.18.0.2': 'CONTROL_PLANE_IP',
  controlplane: 'CONTROL_PLANE',
  '10.244.0.0/16': 'POD_CIDR',
  '10.96.0.0/12': 'SERVICE_CIDR',
  '10.96.0.10': 'DNS_IP',
};
const place = new RegExp(
  Object.keys(PLACES)
    .map((value) => `\\b${value.replaceAll('.', '\\.')}\\b`)
    .join('|'),
  'g',
);

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
      lines.push(`  ${JSON.stringify(basename(file, '.yaml'))}: ${JSON.stringify(open(JSON.stringify(documents.filter(Boolean))))},`);
    }
    lines.push('};');
  }
  return `${lines.join('\n')}\n`;
}

/** @param {string} text */
const open = (text) => text.replace(place, (value) => `\${${PLACES[/** @type {keyof typeof PLACES} */ (value)]}}`);
