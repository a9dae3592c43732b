// kubectl's resource builder: which objects a command line means.
import type { KubeObject } from '../../machinery/object.ts';
import type { Mapping } from './mapper.ts';

/** One object that a command line means. `object` is what a file holds, or what the server answered once it was fetched. */
export interface Info {
  mapping: Mapping;
  namespace: string | undefined;
  name: string;
  /** Undefined for TYPE NAME before it is fetched. */
  object: KubeObject | undefined;
  /** File, URL or `STDIN` it came from; empty for arguments. */
  source: string;
}

export interface BuilderOptions {
  /** `-f`, `-k`, `-R`; `required` says `must specify one of -f and -k` and the like. */
  files?: boolean;
  /** Resource arguments: `TYPE NAME…`, `TYPE/NAME …`, `TYPE,TYPE`. */
  args?: readonly string[];
  /** A type without names means all of it. */
  allowAll?: boolean;
  labelSelector?: string;
  fieldSelector?: string;
  /** Read args from the server. Objects from files are returned as they are in the file. */
  fetch?: boolean;
  allNamespaces?: boolean;
  ignoreNotFound?: boolean;
  /** Accepts kinds that the server does not know (`create --dry-run=client`, `apply` of a CRD and its first object). */
  local?: boolean;
  /** Adds or checks the namespace of objects from files (`the namespace from the provided object … does not match`). */
  enforceNamespace?: boolean;
  subresource?: string;
}

/** Errors of single objects do not hide the others: both are delivered in order. */
export type Visited = { info: Info; error?: undefined } | { info?: undefined; error: Error };

export interface Builder {
  /** Reads the command line's file flags and arguments. Syntax problems throw KubectlError. */
  visit(options: BuilderOptions): AsyncIterable<Visited>;
  /** All infos; throws the first error, or an aggregate that prints each on its own line. */
  infos(options: BuilderOptions): Promise<Info[]>;
}
