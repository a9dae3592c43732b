// Well-known manifest URLs and the files under manifests/addons/ that answer them. Everything else on the network is refused by name.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Pattern of the URL, without scheme, to the file. Versions in URLs are not told apart. */
const addons: readonly { url: RegExp; file: string }[] = [
  { url: /^github\.com\/kubernetes-sigs\/metrics-server\/releases\/.*\/components\.yaml$/, file: 'metrics-server.yaml' },
  { url: /^github\.com\/kubernetes-sigs\/gateway-api\/releases\/.*\/standard-install\.yaml$/, file: 'gateway-api.yaml' },
];

export function addonFor(url: string): string | undefined {
  const bare = url.replace(/^https?:\/\//, '').replace(/[?#].*$/, '');
  const file = addons.find((addon) => addon.url.test(bare))?.file;
  // The bundle lies in dist/, the source in src/cli/resources/.
  for (const up of ['../', '../../', '../../../']) {
    const path = file && fileURLToPath(new URL(`${up}manifests/addons/${file}`, import.meta.url));
    if (path && existsSync(path)) return path;
  }
  return undefined;
}
