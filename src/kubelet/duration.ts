// Go's way of writing durations: `10s`, `1m20s`, `5m0s`, `1.514s`, `532ms`.
import type { Duration } from '../machinery/clock.ts';

export function goDuration(ms: Duration): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const rest = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
