// What a program is: a state machine over its process's data. It runs whenever its process can go on.
import type { HttpRequest, HttpResponse } from '../../machinery/http.ts';
import type { Sys } from './sys.ts';

export interface Program {
  /** Goes on until it blocks or exits. Its memory between two calls is `sys.st`. */
  run(sys: Sys): void;
  /** What it does on a signal instead of dying. */
  signals?: Readonly<Record<number, (sys: Sys) => void>>;
  /** Answers an HTTP request on a port it listens on. */
  serve?(sys: Sys, request: HttpRequest, port: number): HttpResponse | Promise<HttpResponse>;
  /** It only copies what it reads and is told, so marks may pass through it. */
  transparent?: boolean;
}

export type ProgramTable = Readonly<Record<string, Program>>;
