// What an image of the catalog is: its configuration and what lies in its root file system.

export type ImageBase = 'busybox' | 'alpine' | 'debian' | 'distroless';

export interface ImageDefinition {
  /** Repository names without registry and `library/`, the first is the catalog name; `registry.k8s.io/pause` for other registries. */
  names: readonly string[];
  /** Tags the repository has, besides `latest`; undefined: any plausible one. */
  tags?: RegExp;
  sizeBytes: number;
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  env?: Readonly<Record<string, string>>;
  workingDir?: string;
  user?: number;
  exposedPorts?: readonly number[];
  base: ImageBase;
  /** Has bash beside the base's shell. */
  bash?: boolean;
  /** Path to content, `path/` for an empty directory. */
  files?: Readonly<Record<string, string>>;
  /** Executables beyond the base's: absolute path to program. */
  programs?: Readonly<Record<string, string>>;
}
