// What a verb is given: arguments, flags, and a cluster that is opened only when something is asked of it.
import { existsSync } from 'node:fs';
import type { Client } from '../client/client.ts';
import type { Connection, Overrides } from '../client/connection.ts';
import { ConfigError, type ConfigFiles, configFiles, type Kubeconfig, loadKubeconfig } from '../client/kubeconfig.ts';
import type { Session } from '../cluster/session.ts';
import { wallNow } from '../machinery/clock.ts';
import { parseDuration } from './flags/duration.ts';
import type { CommandLine } from './flags/parse.ts';
import { version } from './flags/surface.ts';
import type { Io } from './io.ts';
import type { Output } from './output.ts';
import type { Builder } from './resources/builder.ts';
import type { RestMapper } from './resources/mapper.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** The context with what only the verbs about kubeconfig and clusters need. */
export interface LocalContext extends VerbContext {
  configFiles: ConfigFiles;
  /** Throws when a file does not parse. */
  kubeconfig(): Promise<Kubeconfig>;
  /** Where the command would connect to. Throws for clusters that are not kubemu's. */
  connection(): Promise<Connection>;
  /** The help text of a command; of the program for the empty path. */
  help(path: string): Promise<string>;
  /** The open cluster, for the verbs that turn its clock. */
  session(): Promise<Session>;
  /** For what verbs that go on ask in the name of others: a command of its own, which finds the cluster as it is then. */
  afresh(): Promise<{ client: Client; close(): Promise<void> }>;
  io: Io;
}

export interface Running {
  context: LocalContext;
  /** Makes what happened durable, then lets the output go. */
  finish(): Promise<void>;
}

export async function createContext(line: CommandLine, io: Io, output: Output, help: LocalContext['help']): Promise<Running> {
  const { flags } = line;
  const files = configFiles(flags.string('kubeconfig'), io.env, io.cwd);
  const overrides = overridesOf(line, io);
  const loaded = await loadKubeconfig(files).catch((error: unknown) => {
    if (error instanceof ConfigError) return error;
    throw error;
  });
  const config = (): Kubeconfig => {
    if (loaded instanceof ConfigError) throw asKubectl(loaded);
    return loaded;
  };
  const connection = async (): Promise<Connection> => {
    const { connectionOf } = await import('../client/connection.ts');
    checkTimeout(flags.string('request-timeout'));
    return rethrowing(() => {
      if (files.explicit && config().clusters.size === 0) missingFile(files);
      return connectionOf(config(), overrides, files);
    });
  };

  /** Only who asks for it pays for loading it. */
  const requestLog = async (server: string) => {
    const level = flags.int('v');
    if (level < 6) return undefined;
    const { createRequestLog } = await import('./request-log.ts');
    const write = (text: string): void => output.err(text);
    const read = files.paths.filter((file) => existsSync(file));
    return createRequestLog({ level, files: read, server, now: () => session?.now() ?? wallNow(), pid: process.pid, write });
  };

  let session: Session | undefined;
  let opening: Promise<Session> | undefined;
  const openOne = async (): Promise<Session> => {
    const { stateFile, credentials, server } = await connection();
    const { openSession } = await import('../cluster/session.ts');
    return openSession({
      stateFile,
      credentials,
      userAgent: `kubectl/${version}`,
      env: io.env,
      command: commandText(io.program, line.argv),
      beforeWait: () => output.flush(),
      observe: await requestLog(server),
      // One line: the stack trace behind it is for who debugs kubemu.
      report: (problem) => output.err(`${io.env.KUBEMU_DEBUG ? problem : (problem.split('\n')[0] ?? '')}\n`),
    });
  };
  const open = (): Promise<Session> =>
    (opening ??= (async () => {
      const [opened, { ensureDefaultFile }] = await Promise.all([openOne(), import('../client/kubeconfig.ts')]);
      session = opened;
      await ensureDefaultFile(files, config());
      return opened;
    })());

  let mapper: Promise<RestMapper> | undefined;
  const context: LocalContext = {
    args: line.args,
    argsAfterDash: line.dashAt === undefined ? undefined : line.args.slice(line.dashAt),
    flags,
    command: line.path,
    program: io.program,
    client: lazyClient(open),
    mapper: lazyMapper(
      () => (mapper ??= import('./resources/discovery.ts').then(({ discoveryMapper }) => discoveryMapper(context.client))),
    ),
    builder: () => lazyBuilder(async () => (await import('./resources/build.ts')).createBuilder(context)),
    get namespace() {
      return overrides.namespace || rethrowing(() => namespaceFrom(config(), overrides));
    },
    namespaceGiven: flags.given('namespace'),
    now() {
      if (!session) throw new Error('the cluster is not open yet: ask the client first');
      return session.now();
    },
    async pass(limit) {
      const open_ = await open();
      await open_.settle();
      output.flush();
      await open_.pass(limit);
    },
    out: (text) => output.out(`${text}\n`),
    write: (data) => output.out(data),
    err: (text) => output.err(`${text}\n`),
    stdin: () => io.stdin(),
    get terminal() {
      return io.terminal;
    },
    env: io.env,
    cwd: io.cwd,
    configFiles: files,
    kubeconfig: async () => config(),
    connection,
    session: open,
    async afresh() {
      const own = await openOne();
      return {
        client: own.client,
        async close() {
          await own.close();
          output.flush();
        },
      };
    },
    help,
    io,
  };
  return {
    context,
    async finish() {
      await session?.close();
      output.flush();
    },
  };
}

const LONGEST = 200;

/** As it could be typed again. */
function commandText(program: string, argv: readonly string[]): string {
  const words = argv.map((word) => (/^[\w@%+=:,./{}[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  const text = [program, ...words].join(' ').replace(/\s+/g, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function overridesOf({ flags }: CommandLine, io: Io): Overrides {
  return {
    context: flags.string('context'),
    cluster: flags.string('cluster'),
    // Bindings have a --user of their own: a list of subjects.
    user: flags.list('user').length > 0 ? '' : flags.string('user'),
    namespace: flags.string('namespace'),
    server: flags.string('server'),
    token: flags.string('token'),
    username: flags.string('username'),
    password: flags.string('password'),
    as: flags.string('as'),
    asUid: flags.string('as-uid'),
    asGroups: flags.list('as-group'),
    asExtra: flags.list('as-user-extra'),
    state: flags.string('state') || (io.env.KUBEMU_STATE ?? ''),
  };
}

function namespaceFrom(config: Kubeconfig, overrides: Overrides): string {
  const name = overrides.context || config.currentContext;
  if (!name) return 'default';
  const context = config.contexts.get(name);
  if (!context) throw new ConfigError(`context was not found for specified context: ${name}`, true);
  return context.value.namespace || 'default';
}

function checkTimeout(text: string): void {
  if (/^\d+$/.test(text)) return;
  try {
    parseDuration(text);
  } catch {
    throw new KubectlError(
      'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    );
  }
}

function missingFile(files: ConfigFiles): void {
  throw new ConfigError(`stat ${files.paths[0] ?? ''}: no such file or directory`);
}

function rethrowing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ConfigError ? asKubectl(error) : error;
  }
}

const asKubectl = (error: ConfigError): KubectlError =>
  error.invalid ? new KubectlError(`Error in configuration: ${error.message}`, { bare: true }) : new KubectlError(error.message);

function lazyClient(open: () => Promise<Session>): Client {
  const client = async (): Promise<Client> => (await open()).client;
  return {
    request: async (...args) => (await client()).request(...args),
    get: async (...args) => (await client()).get(...args),
    list: async (...args) => (await client()).list(...args),
    listOwned: async (...args) => (await client()).listOwned(...args),
    create: async (...args) => (await client()).create(...args),
    update: async (...args) => (await client()).update(...args),
    updateStatus: async (...args) => (await client()).updateStatus(...args),
    patch: async (...args) => (await client()).patch(...args),
    delete: async (...args) => (await client()).delete(...args),
    bind: async (...args) => (await client()).bind(...args),
  };
}

function lazyMapper(load: () => Promise<RestMapper>): RestMapper {
  return {
    byResource: async (text) => (await load()).byResource(text),
    byKind: async (apiVersion, kind) => (await load()).byKind(apiVersion, kind),
    category: async (text) => (await load()).category(text),
    all: async () => (await load()).all(),
  };
}

function lazyBuilder(load: () => Promise<Builder>): Builder {
  return {
    async *visit(options) {
      yield* (await load()).visit(options);
    },
    infos: async (options) => (await load()).infos(options),
  };
}
