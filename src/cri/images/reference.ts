// Image references as the runtime reads them: docker.io and library filled in, tags and digests.

export interface ImageReference {
  /** `docker.io`, `registry.k8s.io`, `localhost:5000` … */
  registry: string;
  /** Path below the registry: `library/nginx`. */
  repository: string;
  tag?: string;
  digest?: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const DOMAIN = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?))*(?::[0-9]+)?';
const REFERENCE = new RegExp(
  `^((?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*)(?::(\\w[\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/** What is wrong with a malformed reference, or its parts. A reference without tag and digest means `latest`. */
export function parseReference(text: string): ImageReference | { error: string } {
  const m = REFERENCE.exec(text);
  if (!m) {
    if (REFERENCE.test(text.toLowerCase()) && /[A-Z]/.test(text.replace(/[:@].*$/, '')))
      return { error: 'invalid reference format: repository name must be lowercase' };
    return { error: 'invalid reference format' };
  }
  const name = m[1] ?? '';
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasRegistry = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  const registry = hasRegistry ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io';
  const rest = hasRegistry ? name.slice(slash + 1) : name;
  const repository = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  const tag = m[2] ?? (m[3] === undefined ? 'latest' : undefined);
  return { registry, repository, ...(tag !== undefined && { tag }), ...(m[3] !== undefined && { digest: m[3] }) };
}

/** The canonical spelling: `docker.io/library/nginx:latest`. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
