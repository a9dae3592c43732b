// Plays the registries of the world around the cluster: what a pull finds. The catalog's images have the tags they have in life; an
// image that the catalog does not know runs as a generic server; what a registry would certainly refuse is refused in its words.
import { hash32 } from '../../machinery/random.ts';
import type { ImageDefinition } from '../images/index.ts';
import type { Catalog, CatalogImage } from './catalog.ts';
import type { ImageReference } from './reference.ts';

/** Hosts that no name server knows: reserved names, and what exercises call a registry that is not there. */
const NO_SUCH_HOST =
  /(^|\.)(invalid|example|test)$|(^|\.)example\.(com|org|net)$|non-?exist|does-?not-?exist|not-?a-?real|fake|invalid|(^|[.-])(bad|wrong|broken)[.-]/;

/** Tags that exercises use for one that is not there. */
const NO_SUCH_TAG =
  /non-?exist|does-?not-?exist|not-?exist|no-?such|not-?found|invalid|not-?a-?(real|valid)|wrong|^(fake|nope|broken|bad)([-_].*)?$/;

/** Groups that root belongs to in the base's /etc/group. */
const ROOT_GROUPS: Readonly<Record<string, readonly number[]>> = { busybox: [10], alpine: [1, 2, 3, 4, 6, 10, 11, 20, 26, 27] };

export function createRegistries(): Catalog {
  return {
    async find(reference) {
      const { catalog, hasImage, imageNamed } = await import('../images/index.ts');
      const name = catalogName(reference.repository);
      const error = refusal(reference, name, hasImage(name) ? imageNamed(name) : undefined, catalog);
      return error === undefined ? { image: imageOf(name, reference, imageNamed(name)) } : { error };
    },
  };
}

/** `docker.io/library/nginx` is `nginx` in the catalog, `docker.io/bitnami/redis` is `bitnami/redis`; other registries keep their host. */
const catalogName = (repository: string): string => repository.replace(/^docker\.io\/(library\/)?/, '');

function refusal(
  reference: ImageReference,
  name: string,
  known: ImageDefinition | undefined,
  catalog: readonly ImageDefinition[],
): string | undefined {
  const { repository, tag, digest, full } = reference;
  const host = repository.slice(0, repository.indexOf('/'));
  const unresolved = `failed to pull and unpack image "${full}": failed to resolve reference "${full}"`;
  const head = `failed to do request: Head "https://${host}/v2/${repository.slice(host.length + 1)}/manifests/${tag ?? digest}"`;
  const hostName = host.replace(/:\d+$/, '');
  if (!known && (hostName === 'localhost' || hostName === '127.0.0.1')) {
    const port = /:(\d+)$/.exec(host)?.[1] ?? '443';
    return `${unresolved}: ${head}: dial tcp 127.0.0.1:${port}: connect: connection refused`;
  }
  if (!known && NO_SUCH_HOST.test(hostName)) return `${unresolved}: ${head}: dial tcp: lookup ${hostName} on 172.30.0.1:53: no such host`;
  const isMissing = tag !== undefined && (known?.tags ? tag !== 'latest' && !known.tags.test(tag) : NO_SUCH_TAG.test(tag));
  if (isMissing) return `rpc error: code = NotFound desc = ${unresolved}: ${full}: not found`;
  if (!known && repository.startsWith('docker.io/') && (NO_SUCH_TAG.test(name) || isNearMiss(repository, catalog))) {
    return `${unresolved}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
  }
  return undefined;
}

/** An official image's name with a slip of the finger: `ngnix`, `busybx`, `rediss`. */
function isNearMiss(repository: string, catalog: readonly ImageDefinition[]): boolean {
  const official = 'docker.io/library/';
  if (!repository.startsWith(official)) return false;
  const name = repository.slice(official.length);
  return catalog.some(({ names }) => names.some((known) => !known.includes('/') && known.length > 3 && isOneSlipAway(name, known)));
}

/** One letter missing, added, changed, or two neighbours swapped. */
function isOneSlipAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const restA = a.slice(start);
  const restB = b.slice(start);
  return (
    restA.slice(1) === restB.slice(1) ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

function imageOf(name: string, reference: ImageReference, definition: ImageDefinition): CatalogImage {
  const { sizeBytes, entrypoint = [], cmd = [], env = {}, workingDir = '', user, base } = definition;
  const groups = user === undefined ? ROOT_GROUPS[base] : undefined;
  return {
    name,
    digest: reference.digest ?? digestOf(reference.full),
    size: sizeBytes,
    entrypoint,
    cmd,
    env,
    workingDir,
    ...(user === undefined ? {} : { user }),
    ...(groups ? { groups } : {}),
  };
}

/** The same in every cluster: a digest says what an image holds. */
const digestOf = (full: string): string =>
  `sha256:${Array.from({ length: 8 }, (_, i) =>
    hash32(full, i + 1)
      .toString(16)
      .padStart(8, '0'),
  ).join('')}`;
