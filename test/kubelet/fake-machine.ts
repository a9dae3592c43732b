// A stand-in for the process engine whose "programs" are words: `run`, `exit <code> <ms>`, `listen <port> <ms>`, `missing`, `deaf`.
import type { ContainerProcess, ContainerState, LogLine, Machine, MachineState } from '../../src/cri/processes/machine.ts';
import type { OpenMachine } from '../../src/cri/runtime/sandboxes.ts';
import type { Instant } from '../../src/machinery/clock.ts';

interface Life {
  process: ContainerProcess;
  startedAt: Instant;
  killedAt?: Instant;
  signal?: number;
}

interface Scripted extends MachineState {
  version: 1;
  now: Instant;
  lives: Record<string, Life>;
  previous: Record<string, Life>;
  volumes: Record<string, Record<string, string>>;
  files: Record<string, string>;
  execs: { container: string; argv: readonly string[]; read: boolean }[];
}

export const openFakeMachine: OpenMachine = async (state, at): Promise<Machine> => {
  const s: Scripted = structuredClone(
    (state as Scripted | undefined) ?? { version: 1, now: at, lives: {}, previous: {}, volumes: {}, files: {}, execs: [] },
  );

  const endOf = ({ process, startedAt, killedAt, signal }: Life): { at: Instant; code: number } | undefined => {
    const [word, code = '0', after = '0'] = process.argv;
    const own = word === 'exit' ? { at: startedAt + Number(after), code: Number(code) } : undefined;
    if (killedAt !== undefined && (own === undefined || killedAt < own.at)) return { at: killedAt, code: 128 + (signal ?? 9) };
    return own;
  };
  const stateOf = (life: Life | undefined): ContainerState | undefined => {
    if (!life) return undefined;
    const { startedAt, process } = life;
    if (process.argv[0] === 'missing') {
      return {
        state: 'exited',
        startedAt,
        finishedAt: startedAt,
        exitCode: 128,
        startError: `exec: "missing": executable file not found in $PATH`,
      };
    }
    const end = endOf(life);
    if (!end || end.at > s.now) return { state: 'running', startedAt };
    return { state: 'exited', startedAt, finishedAt: end.at, exitCode: end.code };
  };
  const listening = (): { container: string; port: number; address: string; opensAt: Instant }[] =>
    Object.values(s.lives).flatMap(({ process, startedAt }) =>
      process.argv[0] === 'listen'
        ? [
            {
              container: process.name,
              port: Number(process.argv[1]),
              address: '0.0.0.0',
              opensAt: startedAt + Number(process.argv[2] ?? 0),
            },
          ]
        : [],
    );
  const linesOf = (life: Life | undefined): LogLine[] =>
    life ? [{ at: life.startedAt, stream: 'stdout', text: `started ${life.process.argv.join(' ')}`, complete: true }] : [];

  return {
    get now() {
      return s.now;
    },
    putVolume(volume, files) {
      s.volumes[volume] = Object.fromEntries(Object.entries(files).map(([path, { text }]) => [path, text]));
    },
    start(process) {
      const before = s.lives[process.name];
      if (before) s.previous[process.name] = before;
      s.lives[process.name] = { process, startedAt: s.now };
    },
    container: (name) => stateOf(s.lives[name]),
    kill(name, signal) {
      const life = s.lives[name];
      if (!life || life.killedAt !== undefined || (life.process.argv[0] === 'deaf' && signal !== 9)) return;
      life.killedAt = s.now;
      life.signal = signal;
    },
    remove(name) {
      delete s.lives[name];
    },
    async advance(to) {
      s.now = Math.max(s.now, to);
    },
    async project() {
      const coming = [...Object.values(s.lives).map((life) => endOf(life)?.at), ...listening().map(({ opensAt }) => opensAt)].filter(
        (at): at is number => at !== undefined && at > s.now,
      );
      return { ...(coming.length > 0 ? { at: Math.min(...coming) } : {}), reads: [] };
    },
    listeners: () => listening().filter(({ container, opensAt }) => opensAt <= s.now && stateOf(s.lives[container])?.state === 'running'),
    exchange: async (_port, { path }) => ({ status: path === '/ok' ? 200 : 404, reason: '', headers: {}, body: '' }),
    exec(container, { argv }) {
      s.execs.push({ container, argv, read: false });
      return String(s.execs.length - 1);
    },
    execInput() {},
    execResult(handle) {
      const [word, code = '0'] = s.execs[Number(handle)]?.argv ?? [];
      return word === 'exit' ? { exitCode: Number(code) } : { exitCode: 0 };
    },
    execOutput(handle) {
      const exec = s.execs[Number(handle)];
      if (!exec || exec.read) return [];
      exec.read = true;
      return [{ channel: 'stdout', data: new TextEncoder().encode(`${exec.argv.join(' ')}\n`) }];
    },
    logs: async (name, { previous } = {}) => linesOf(previous ? s.previous[name] : s.lives[name]),
    readFile: async (_name, path) => (s.files[path] === undefined ? undefined : new TextEncoder().encode(s.files[path])),
    snapshot: () => structuredClone(s),
    lastSnapshot: () => structuredClone(s),
  };
};
