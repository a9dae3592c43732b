// The flags of one command line, by long name, typed as the surface table says.
import type { Duration } from '../../machinery/clock.ts';

export interface FlagValues {
  /** The flag stood on the command line (or in kuberc). */
  given(name: string): boolean;
  bool(name: string): boolean;
  int(name: string): number;
  string(name: string): string;
  /** stringArray and stringSlice. */
  list(name: string): readonly string[];
  /** stringToString. */
  map(name: string): Readonly<Record<string, string>>;
  /** `--name=value` of every flag on the command line, in order. */
  readonly typed: readonly string[];
  /** Go durations (`30s`, `1m30s`) in virtual milliseconds; `0` is 0. */
  duration(name: string): Duration;
}
