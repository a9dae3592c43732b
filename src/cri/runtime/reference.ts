// Image references as the container runtime reads them (distribution/reference): `nginx` is `docker.io/library/nginx:latest`.

export interface ImageReference {
  /** With registry and without tag: `docker.io/library/nginx`. */
  repository: string;
  tag?: string;
  digest?: string;
  /** Fully qualified, with its tag or digest: `docker.io/library/nginx:latest`. */
  full: string;
}

const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** The reference in full, or why it is none. */
export function parseReference(text: string): ImageReference | { error: string } {
  const [named = '', digest, more] = text.split('@');
  if (more !== undefined || (digest !== undefined && !DIGEST.test(digest))) return { error: 'invalid reference format' };
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (name === '' || (tag !== undefined && !TAG.test(tag))) return { error: 'invalid reference format' };

  const [head = '', ...rest] = name.split('/');
  const hasDomain = rest.length > 0 && (/[.:]/.test(head) || head === 'localhost' || head !== head.toLowerCase());
  const domain = hasDomain ? head : 'docker.io';
  const path = hasDomain ? rest : [head, ...rest];
  if (hasDomain && !DOMAIN.test(head)) return { error: 'invalid reference format' };
  if (path.some((part) => part !== part.toLowerCase())) {
    return { error: `invalid reference format: repository name (${[...path].join('/')}) must be lowercase` };
  }
  if (!path.every((part) => COMPONENT.test(part))) return { error: 'invalid reference format' };

  const canonicalDomain = domain === 'index.docker.io' ? 'docker.io' : domain;
  const repository = `${canonicalDomain}/${canonicalDomain === 'docker.io' && path.length === 1 ? 'library/' : ''}${path.join('/')}`;
  if (digest !== undefined) return { repository, digest, ...(tag === undefined ? {} : { tag }), full: `${repository}@${digest}` };
  return { repository, tag: tag ?? 'latest', full: `${repository}:${tag ?? 'latest'}` };
}
