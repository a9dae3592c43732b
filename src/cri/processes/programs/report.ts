// How utilities for files report what failed, and the one question they all ask.
import { type Errno, isErrno } from '../files.ts';
import type { Sys } from '../sys.ts';

/** The text of a failure as this image's utilities put it. */
export function report(sys: Sys, gnu: string, busybox: string, error: Errno): 1 {
  sys.err(`${sys.name}: ${sys.gnu ? gnu : busybox}: ${sys.errorText(error)}\n`);
  return 1;
}

export const isDirectory = (sys: Sys, path: string): boolean => {
  const stat = sys.stat(path);
  return !isErrno(stat) && stat.t === 'd';
};
