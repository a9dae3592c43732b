// `cp`: files between this machine and a container, through tar there and here. Nothing is written outside the destination.
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import type { V1Pod } from '../../api/generated/types.ts';
import { containerOf } from '../containers.ts';
import { getObject } from '../rest.ts';
import { copyStreams } from '../streams.ts';
import { readTar, type TarEntry, writeTar } from '../tar.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

interface Spec {
  namespace: string;
  /** Empty for a path of this machine. */
  pod: string;
  path: string;
}

export const cp = defineVerb({
  short: 'Copy files to and from containers',
  long: 'Copies files and directories between this machine and a container. The container needs a tar of its own.',
  examples: [
    { about: 'Into a Pod', command: 'kubectl cp ./index.html web:/usr/share/nginx/html/index.html' },
    { about: 'Out of a Pod of another namespace', command: 'kubectl cp shop/web:/var/log/nginx ./logs' },
  ],
  flags: {
    container: 'The container; the first one when it is left out.',
    'no-preserve': 'Leave owners and permissions of the files behind.',
    retries: 'How often to resume; nothing is lost on the way in kubemu.',
  },
  async run(context) {
    const { args } = context;
    if (args.length !== 2) throw new KubectlError('source and destination are required');
    const [src, dest] = [specOf(args[0] ?? '', context), specOf(args[1] ?? '', context)];
    if (src.pod && dest.pod) throw new KubectlError('one of src or dest must be a local file specification');
    if (!src.path || !dest.path) throw new KubectlError('filepath can not be empty');
    if (src.pod) return fromPod(context, src, resolve(context.cwd, dest.path));
    if (dest.pod) return toPod(context, src.path, dest);
    throw new KubectlError('one of src or dest must be a remote file specification');
  },
});

function specOf(text: string, context: VerbContext): Spec {
  const colon = text.indexOf(':');
  const namespace = colon < 0 ? '' : context.namespace;
  if (colon < 0) return { namespace, pod: '', path: text };
  const pieces = text.slice(0, colon).split('/');
  const path = text.slice(colon + 1).replaceAll('\\', '/');
  if (colon === 0 || pieces.length > 2) throw new KubectlError('filespec must match the canonical format: [[namespace/]pod:]file/path');
  return pieces.length === 2 ? { namespace: pieces[0] ?? '', pod: pieces[1] ?? '', path } : { namespace, pod: pieces[0] ?? '', path };
}

interface Ran {
  exitCode: number;
  stdout: Buffer;
}

/** Runs a command in the container; what it says on stderr is shown. */
async function inContainer(
  context: VerbContext,
  { namespace, pod: name }: Spec,
  command: string[],
  input?: Uint8Array,
  quiet = false,
): Promise<Ran> {
  const pod = (await getObject(context, await context.mapper.byResource('pods'), namespace, name)) as unknown as V1Pod;
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new KubectlError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const container = containerOf(context, pod, context.flags.string('container'), quiet || input !== undefined);
  async function* once(): AsyncIterable<Uint8Array> {
    if (input) yield input;
  }
  const response = await context.client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/exec`,
    query: { command, container, stdout: 'true', stderr: 'true', stdin: input ? 'true' : undefined },
    ...(input ? { stdin: once() } : {}),
  });
  const stdout: Buffer[] = [];
  const collecting: VerbContext = {
    ...context,
    write: (data) => stdout.push(Buffer.from(data as Uint8Array)),
    err: (line) => {
      if (!quiet) context.out(line);
    },
  };
  const exitCode = await copyStreams(collecting, response, { quietExit: quiet });
  return { exitCode, stdout: Buffer.concat(stdout) };
}

async function toPod(context: VerbContext, local: string, dest: Spec): Promise<number> {
  const full = resolve(context.cwd, local);
  if (!statSync(full, { throwIfNoEntry: false })) throw new KubectlError(`${local} doesn't exist in local filesystem`);
  const { exitCode } = await inContainer(context, dest, ['test', '-d', dest.path], undefined, true);
  const path = posix.normalize(exitCode === 0 ? posix.join(dest.path, basename(full)) : dest.path).replace(/(.)\/$/, '$1');
  const folder = posix.dirname(path);
  const archive = writeTar(entriesBelow(full, posix.basename(path)));
  const preserve = context.flags.bool('no-preserve') ? ['--no-same-permissions', '--no-same-owner'] : [];
  const command = ['tar', ...preserve, '-xmf', '-', ...(folder === '.' ? [] : ['-C', folder])];
  return (await inContainer(context, dest, command, archive)).exitCode;
}

function entriesBelow(full: string, name: string): TarEntry[] {
  const stat = lstatSync(full);
  const entry = { name, mode: stat.mode & 0o7777, data: new Uint8Array(), target: '' };
  if (stat.isSymbolicLink()) return [{ ...entry, type: 'symlink', target: readlinkSync(full) }];
  if (!stat.isDirectory()) return [{ ...entry, type: 'file', data: readFileSync(full) }];
  const inner = readdirSync(full)
    .sort()
    .flatMap((one) => entriesBelow(join(full, one), `${name}/${one}`));
  return [{ ...entry, name: `${name}/`, type: 'directory' }, ...inner];
}

async function fromPod(context: VerbContext, src: Spec, dest: string): Promise<number> {
  const { stdout } = await inContainer(context, src, ['tar', 'cf', '-', src.path]);
  const prefix = withoutShortcuts(posix.normalize(src.path.replace(/^\/+/, '')).replace(/\/$/, ''));
  let toldHow = false;
  for (const entry of readTar(stdout)) {
    if (!entry.name.startsWith(prefix)) throw new KubectlError('tar contents corrupted');
    const path = join(dest, entry.name.slice(prefix.length));
    if (relative(dest, path).startsWith('..')) {
      context.err(`warning: file ${JSON.stringify(path)} is outside target destination, skipping`);
      continue;
    }
    if (entry.type === 'symlink') {
      const how = toldHow
        ? ''
        : ` (consider using "kubectl exec -n ${JSON.stringify(src.namespace)} ${JSON.stringify(src.pod)} -- tar cf - ${JSON.stringify(src.path)} | tar xf -")`;
      toldHow = true;
      context.err(`warning: skipping symlink: ${JSON.stringify(path)} -> ${JSON.stringify(entry.target)}${how}`);
      continue;
    }
    extract(entry, path);
  }
  return 0;
}

function extract({ type, mode, data }: TarEntry, path: string): void {
  try {
    mkdirSync(type === 'directory' ? path : dirname(path), { recursive: true });
    if (type === 'directory') return;
    writeFileSync(path, data);
    if (mode) chmodSync(path, mode & 0o777);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      EISDIR: 'is a directory',
      EACCES: 'permission denied',
      ENOTDIR: 'not a directory',
      EEXIST: 'file exists',
    };
    throw new KubectlError(`open ${path}: ${reasons[code] ?? (error as Error).message}`);
  }
}

/** No `..` at the front: the remote root is as far as a path goes. */
function withoutShortcuts(path: string): string {
  const stripped = path.replace(/^(\.\.\/)+/, '');
  return stripped === '..' || stripped === '.' ? '' : stripped;
}
