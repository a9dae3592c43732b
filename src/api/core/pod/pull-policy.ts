// When an image is pulled although the node has it, unless the manifest says.

/** `Always` for the tag `latest`, written or implied; a digest alone is never pulled again. */
export function pullPolicyOf(image: string): string {
  const tag = tagOf(image) || (image.includes('@') ? '' : 'latest');
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** What follows the last colon, unless that colon belongs to a registry's port. */
function tagOf(image: string): string {
  const name = image.split('@', 1)[0] ?? '';
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(colon + 1) : '';
}
