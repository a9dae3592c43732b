// The real kubectl, where there is one, against a served cluster of its own.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createHome, type Home } from './harness.ts';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** A kubectl that is not ours; its own cache keeps its version. */
export const kubectl = realKubectl();
export const skipped = kubectl ? '' : ' (skipped: none of 1.29 or later on the PATH)';

function realKubectl(): string | undefined {
  for (const path of [
    '/usr/bin/kubectl',
    '/usr/local/bin/kubectl',
    ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'kubectl')),
  ]) {
    if (path.includes('shims')) continue;
    const { status, stdout } = spawnSync(path, ['version', '--client'], { encoding: 'utf8' });
    const minor = Number(/Client Version: v1\.(\d+)/.exec(stdout ?? '')?.[1]);
    if (status === 0 && minor >= 29) return path;
  }
  return undefined;
}

export interface Terminal {
  home: Home;
  run(args: readonly string[], input?: string, more?: Record<string, string>): Promise<Outcome>;
  /** The same with arguments that blanks separate. */
  words(text: string, input?: string): Promise<Outcome>;
  start(args: readonly string[], more?: Record<string, string>): ChildProcess;
}

export function terminal(): Terminal {
  const home = createHome();
  const environment = { PATH: process.env.PATH, HOME: home.folder, KUBECONFIG: home.kubeconfig };
  const run: Terminal['run'] = (args, input = '', more = {}) =>
    new Promise((resolve) => {
      const options = { env: { ...environment, ...more }, cwd: home.folder, timeout: 20_000, maxBuffer: 2 ** 26 };
      const child = execFile(kubectl ?? '', args, options, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
      });
      child.stdin?.end(input);
    });
  return {
    home,
    run,
    words: (text, input) => run(text.split(' '), input),
    start: (args, more = {}) => spawn(kubectl ?? '', args, { env: { ...environment, ...more }, cwd: home.folder }),
  };
}
