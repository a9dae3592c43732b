// `--append-hash`: kubectl's suffix for the names of configmaps and secrets (kubectl/pkg/util/hash).
import { createHash } from 'node:crypto';
import { goJson } from './printers/go-json.ts';

/** Ten letters out of SHA-256, with digits and vowels replaced so that no word comes out. */
export function contentHash(content: object): string {
  const hex = createHash('sha256').update(goJson(content)).digest('hex');
  return [...hex.slice(0, 10)].map((c) => ({ 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' })[c] ?? c).join('');
}
