// What servers have in common: they start, say a few lines, listen, and run until a signal stops them.
import type { HttpResponse } from '../../../machinery/http.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';

export interface ServerPlan {
  ports: readonly { port: number; component?: string; address?: string }[];
  /** Lines of the start, and of the end. */
  start?: (sys: Sys) => { out?: string; err?: string };
  stop?: (sys: Sys, signal: number) => { out?: string; err?: string };
  /** What it says and exits with when a port is taken. */
  taken?: (port: number, sys: Sys) => { err?: string; out?: string; code: number };
  /** A reason not to start. */
  refuse?: (sys: Sys) => { err: string; code: number } | undefined;
  exitCode?: (signal: number) => number;
  serve?: Program['serve'];
  title?: string;
}

/** A server by its plan, which may depend on arguments and environment. */
export function server(plan: (sys: Sys) => ServerPlan): Program {
  const stop =
    (signal: number) =>
    (sys: Sys): void => {
      const it = plan(sys);
      const last = it.stop?.(sys, signal);
      if (last?.out) sys.out(last.out);
      if (last?.err) sys.err(last.err);
      sys.exit(it.exitCode?.(signal) ?? 0);
    };
  const program: Program = {
    run(sys) {
      if (sys.p.st.serving) {
        sys.forever();
        return;
      }
      const it = plan(sys);
      const refusal = it.refuse?.(sys);
      if (refusal) {
        sys.err(refusal.err);
        sys.exit(refusal.code);
        return;
      }
      const lines = it.start?.(sys);
      const conflict = it.ports.find(({ port }) => sys.kernel.s.listening.some((l) => l.port === port));
      if (conflict) {
        const last = it.taken?.(conflict.port, sys) ?? {
          err: `${sys.name}: listen tcp :${conflict.port}: bind: address already in use\n`,
          code: 1,
        };
        if (last.out) sys.out(last.out);
        if (last.err) sys.err(last.err);
        sys.exit(last.code);
        return;
      }
      for (const { port, address, component } of it.ports) sys.kernel.listen(sys.p, port, address ?? '0.0.0.0', component);
      if (lines?.out) sys.out(lines.out);
      if (lines?.err) sys.err(lines.err);
      sys.p.st.serving = true;
      if (it.title) sys.p.st.title = it.title;
      sys.forever();
    },
    signals: { 15: stop(15), 2: stop(2), 3: stop(3) },
    serve: (sys, request, port) =>
      plan(sys).serve?.(sys, request, port) ?? { status: 200, reason: 'OK', headers: { 'Content-Type': 'text/plain' }, body: '' },
  };
  return program;
}

export const option = (sys: Sys, ...names: string[]): string | undefined => {
  for (const name of names) {
    const i = sys.args.findIndex((a) => a === name || a.startsWith(`${name}=`));
    const found = sys.args[i];
    if (found !== undefined) return found.includes('=') ? found.slice(found.indexOf('=') + 1) : sys.args[i + 1];
  }
  return undefined;
};

export const text = (body: string, type = 'text/plain; charset=utf-8', status = 200): HttpResponse => ({
  status,
  reason: status === 200 ? 'OK' : 'Not Found',
  headers: { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
  body,
});
