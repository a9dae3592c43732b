// Pure filters whose whole input is there: computed by a library on a copy of the files they name, with this image's own error prefix.
import type { Program } from '../program.ts';
import type { HostAnswer, HostCall } from '../state.ts';
import type { Sys } from '../sys.ts';

export async function runFilter(call: Extract<HostCall, { do: 'filter' }>): Promise<HostAnswer> {
  const { Bash } = await import('just-bash');
  const decode = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
  const encode = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
  const files = Object.fromEntries(Object.entries(call.files).map(([path, text]) => [path, decode(text)]));
  const bash = new Bash({ files: { ...files, '/.stdin': decode(call.stdin) }, cwd: call.cwd, env: call.env });
  const command = call.argv.map((arg) => `'${decode(arg).replace(/'/g, "'\\''")}'`).join(' ');
  const result = await bash.exec(`${command} < /.stdin`);
  const changed: Record<string, string> = {};
  if (call.argv.some((arg) => /^-[a-zA-Z]*i|^--in-place/.test(arg))) {
    for (const path of Object.keys(files)) {
      const now = await bash.readFile(path).catch(() => undefined);
      if (now !== undefined && now !== files[path]) changed[path] = encode(now);
    }
  }
  return {
    stdout: encode(result.stdout),
    stderr: encode(result.stderr),
    code: result.exitCode,
    ...(Object.keys(changed).length > 0 && { files: changed }),
  };
}

/** Whether an argument names a file that exists. */
function namedFiles(sys: Sys, args: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const arg of args) {
    if (arg === '' || arg.startsWith('-')) continue;
    const stat = sys.stat(arg);
    if (typeof stat === 'string') continue;
    if (stat.t === 'd') continue;
    const content = sys.content(arg);
    if (typeof content === 'string') files[sys.path(arg)] = content;
  }
  return files;
}

/** A filter that reads standard input if `wantsInput` says so. */
export function filter(wantsInput: (args: readonly string[], files: number) => boolean): Program {
  return {
    run(sys) {
      const st = sys.state<{ files: Record<string, string>; stdin: string }>();
      st.files ??= namedFiles(sys, sys.args);
      if (st.stdin === undefined) {
        if (!wantsInput(sys.args, Object.keys(st.files).length)) st.stdin = '';
        else {
          const input = sys.input([]);
          if (!input) return;
          st.stdin = input.text;
        }
      }
      const answer = sys.ask({
        do: 'filter',
        argv: [sys.name, ...sys.args],
        stdin: st.stdin,
        files: st.files,
        cwd: sys.p.cwd,
        env: sys.env,
      });
      if (!answer) return;
      for (const [path, text] of Object.entries(answer.files ?? {})) sys.writeFile(path, text);
      if (answer.stdout) sys.out(answer.stdout);
      if (answer.stderr) sys.err(answer.stderr.replace(/^bash: /gm, `${sys.name}: `));
      sys.exit(answer.code ?? 0);
    },
  };
}
