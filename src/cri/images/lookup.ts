// From a reference in a manifest to an image, or to the words in which the registry refuses it.
// The catalog decides for the repositories it knows; any other plausible reference is a generic server.
import { hash32 } from '../../machinery/random.ts';
import { catalog } from './catalog.ts';
import type { ImageDefinition } from './definition.ts';
import { generic } from './generic.ts';
import { formatReference, type ImageReference, parseReference } from './reference.ts';

export interface ResolvedImage {
  /** Catalog name: what `ContainerProcess.image` wants. */
  name: string;
  image: ImageDefinition;
  /** `docker.io/library/nginx:latest`. */
  reference: string;
  /** `docker.io/library/nginx@sha256:…`, as `imageID` shows it. */
  repoDigest: string;
  /** `sha256:…` of the image's configuration. */
  id: string;
}

export interface ImageRefusal {
  reason: 'InvalidImageName' | 'ErrImagePull';
  /** The kubelet's message. */
  error: string;
}

export interface LookupOptions {
  /** Refuse everything that the catalog does not hold. */
  strict?: boolean;
  /** References that no registry holds here. */
  denied?: readonly string[];
}

/** Official repositories of docker.io: near misses of these are typing errors. */
const OFFICIAL = [
  'nginx',
  'busybox',
  'alpine',
  'redis',
  'mysql',
  'postgres',
  'httpd',
  'ubuntu',
  'debian',
  'node',
  'python',
  'mariadb',
  'mongo',
  'memcached',
  'wordpress',
  'traefik',
  'haproxy',
  'golang',
  'rabbitmq',
  'tomcat',
  'centos',
  'fedora',
  'registry',
  'perl',
  'php',
  'ruby',
  'openjdk',
  'nextcloud',
  'ghost',
  'caddy',
  'influxdb',
  'vault',
  'consul',
  'elasticsearch',
  'kibana',
  'logstash',
  'telegraf',
  'hello-world',
  'bash',
  'docker',
  'drupal',
  'jenkins',
  'maven',
  'gradle',
  'cassandra',
  'couchdb',
  'neo4j',
  'solr',
  'sonarqube',
  'zookeeper',
  'amazonlinux',
  'rockylinux',
  'almalinux',
  'eclipse-temurin',
  'amazoncorretto',
  'rust',
  'swift',
  'julia',
  'r-base',
  'gcc',
  'varnish',
  'nats',
  'mongo-express',
  'adminer',
  'phpmyadmin',
  'joomla',
  'matomo',
  'odoo',
  'redmine',
  'percona',
  'kong',
  'fluentd',
  'eclipse-mosquitto',
  'chronograf',
  'kapacitor',
  'couchbase',
  'crate',
  'buildpack-deps',
  'hylang',
  'erlang',
  'elixir',
  'haskell',
  'clojure',
  'groovy',
  'jruby',
  'pypy',
  'jetty',
  'storm',
  'flink',
  'spark',
  'arangodb',
  'rethinkdb',
  'orientdb',
  'aerospike',
  'archlinux',
  'opensuse',
  'oraclelinux',
  'photon',
  'clearlinux',
  'cirros',
  'mageia',
  'sl',
  'alt',
  'scratch',
  'hitch',
  'monica',
  'plone',
  'xwiki',
  'yourls',
  'znc',
  'teamspeak',
  'friendica',
  'backdrop',
  'bonita',
  'convertigo',
  'geonetwork',
  'lightstreamer',
  'liquibase',
  'open-liberty',
  'websphere-liberty',
  'ibmjava',
  'ibm-semeru-runtimes',
  'sapmachine',
  'dart',
  'gazebo',
  'ros',
  'satosa',
  'silverpeas',
  'spiped',
  'tomee',
  'unit',
  'nats-streaming',
  'notary',
  'swarm',
  'composer',
  'postfixadmin',
  'emqx',
  'api-firewall',
  'krakend',
  'nuxeo',
  'rocket.chat',
  'mediawiki',
  'celery',
  'django',
  'rails',
  'glassfish',
  'sentry',
  'piwik',
  'owncloud',
  'iojs',
  'java',
  'mono',
  'known',
  'thrift',
  'rapidoid',
  'euleros',
  'ubuntu-debootstrap',
  'ubuntu-upstart',
  'busybox-musl',
  'hipache',
  'kaazing-gateway',
  'docker-dev',
  'nuage',
];
const REGISTRIES = new Set([
  'docker.io',
  'registry.k8s.io',
  'k8s.gcr.io',
  'gcr.io',
  'quay.io',
  'ghcr.io',
  'public.ecr.aws',
  'mcr.microsoft.com',
  'docker.elastic.co',
  'registry.gitlab.com',
  'us-docker.pkg.dev',
  'cr.l5d.io',
  'nvcr.io',
  'registry.access.redhat.com',
  'registry.redhat.io',
  'icr.io',
  'docker.n8n.io',
  'cr.fluentbit.io',
  'lscr.io',
  'public.registry.io',
  'registry.hub.docker.com',
  'mirror.gcr.io',
  'gke.gcr.io',
  'asia.gcr.io',
  'us.gcr.io',
  'eu.gcr.io',
  'europe-docker.pkg.dev',
  'asia-docker.pkg.dev',
]);
const MADE_UP =
  /non-?exist|not-?exist|does-?not|doesnt|invalid|fake|wrong|bogus|broken|missing|no-?such|nope|badtag|bad-tag|notfound|not-found|unknown-tag|xyz123|typo/i;

const byRepository = new Map(catalog.flatMap((image) => image.names.map((name) => [name, image] as const)));

const found = new Map<string, ResolvedImage | ImageRefusal>();

export function lookupImage(reference: string, options?: LookupOptions): ResolvedImage | ImageRefusal {
  if (options) return look(reference, options);
  const known = found.get(reference);
  if (known) return known;
  const image = look(reference, {});
  if (found.size >= 256) found.clear();
  found.set(reference, image);
  return image;
}

function look(reference: string, options: LookupOptions): ResolvedImage | ImageRefusal {
  const parsed = parseReference(reference);
  if ('error' in parsed)
    return {
      reason: 'InvalidImageName',
      error: `Failed to apply default image tag "${reference}": couldn't parse image name "${reference}": ${parsed.error}`,
    };
  const canonical = formatReference(parsed);
  const refuse = (why: string, code = 'NotFound'): ImageRefusal => ({
    reason: 'ErrImagePull',
    error: `rpc error: code = ${code} desc = failed to pull and unpack image "${canonical}": ${code === 'NotFound' ? '' : `failed to resolve reference "${canonical}": `}${why}`,
  });
  const notFound = (): ImageRefusal => refuse(`failed to resolve reference "${canonical}": ${canonical}: not found`);
  const denied = (): ImageRefusal =>
    parsed.registry === 'docker.io'
      ? {
          reason: 'ErrImagePull',
          error: `failed to pull and unpack image "${canonical}": failed to resolve reference "${canonical}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
        }
      : notFound();

  if (!resolves(parsed.registry)) {
    const [host = ''] = parsed.registry.split(':');
    const url = `https://${parsed.registry}/v2/${parsed.repository}/manifests/${parsed.tag ?? parsed.digest ?? 'latest'}`;
    const local = host === 'localhost' || /^[\d.]+$/.test(host);
    const why = local
      ? `failed to do request: Head "${url}": dial tcp ${host === 'localhost' ? '127.0.0.1' : host}:${parsed.registry.split(':')[1] ?? 443}: connect: connection refused`
      : `failed to do request: Head "${url}": dial tcp: lookup ${host} on 127.0.0.53:53: no such host`;
    return {
      reason: 'ErrImagePull',
      error: `failed to pull and unpack image "${canonical}": failed to resolve reference "${canonical}": ${why}`,
    };
  }
  if (
    options.denied?.some((d) => {
      const other = parseReference(d);
      return !('error' in other) && formatReference(other) === canonical;
    })
  )
    return notFound();

  const name = catalogName(parsed);
  const known = byRepository.get(name);
  if (known) {
    if (parsed.tag !== undefined && parsed.digest === undefined && !hasTag(known, parsed.tag)) return notFound();
    return resolved(known, known.names[0] ?? name, parsed, canonical);
  }
  if (options.strict) return denied();
  const official = parsed.registry === 'docker.io' && parsed.repository.startsWith('library/');
  if (official) {
    const short = parsed.repository.slice('library/'.length);
    if (!OFFICIAL.includes(short) && (MADE_UP.test(short) || OFFICIAL.some((o) => nearMiss(short, o)))) return denied();
  }
  if (MADE_UP.test(parsed.repository)) return denied();
  if (parsed.tag !== undefined && MADE_UP.test(parsed.tag)) return notFound();
  return resolved(generic, 'generic', parsed, canonical);
}

function hasTag(image: ImageDefinition, tag: string): boolean {
  if (MADE_UP.test(tag)) return false;
  return image.tags ? tag === 'latest' || image.tags.test(tag) : true;
}

/** Catalogs name docker.io's images by repository, others with their registry; mirrors of official ones count as those. */
function catalogName({ registry, repository }: ImageReference): string {
  if (registry === 'docker.io') return repository.replace(/^library\//, '');
  if (registry === 'public.ecr.aws' && repository.startsWith('docker/library/')) return repository.slice('docker/library/'.length);
  if (registry === 'mirror.gcr.io') return repository.replace(/^library\//, '');
  if (registry === 'k8s.gcr.io') return `registry.k8s.io/${repository}`;
  return `${registry}/${repository}`;
}

function resolves(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  if (REGISTRIES.has(host)) return true;
  if (host === 'localhost' || /^[\d.]+$/.test(host) || !host.includes('.')) return false;
  if (/\.(invalid|local|test|example|internal|nonexistent)$/.test(host) || MADE_UP.test(host) || /(^|\.)example\.(com|org|net)$/.test(host))
    return false;
  return /\.(amazonaws\.com|azurecr\.io|pkg\.dev|gcr\.io)$/.test(host) || /\.[a-z]{2,}$/.test(host);
}

/** One slip of the fingers: a letter changed, added, left out, or two swapped. */
function nearMiss(text: string, word: string): boolean {
  if (text === word || word.length < 5 || Math.abs(text.length - word.length) > 1) return false;
  let from = 0;
  while (from < text.length && text[from] === word[from]) from++;
  let a = text.length;
  let b = word.length;
  while (a > from && b > from && text[a - 1] === word[b - 1]) {
    a--;
    b--;
  }
  const [x, y] = [text.slice(from, a), word.slice(from, b)];
  return x.length + y.length === 1 || (x.length === 1 && y.length === 1) || (x.length === 2 && x[0] === y[1] && x[1] === y[0]);
}

function resolved(image: ImageDefinition, name: string, parsed: ImageReference, reference: string): ResolvedImage {
  const digest = parsed.digest ?? `sha256:${hex(`manifest ${reference}`)}`;
  return {
    name,
    image,
    reference,
    repoDigest: `${parsed.registry}/${parsed.repository}@${digest}`,
    id: `sha256:${hex(`config ${image.names[0]} ${parsed.repository} ${parsed.tag ?? digest}`)}`,
  };
}

/** A digest is a property of the image, the same in every cluster. */
function hex(text: string): string {
  return Array.from({ length: 8 }, (_, i) =>
    hash32(text, i + 7)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}
