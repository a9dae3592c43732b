// Go's time.ParseDuration and Duration.String, in milliseconds.
import type { Duration } from '../../machinery/clock.ts';
import { goQuote } from './go-quote.ts';

const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Throws Go's words: `time: missing unit in duration "5"`. */
export function parseDuration(text: string): Duration {
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  if (body === '') throw new Error(`time: invalid duration ${goQuote(text)}`);
  let rest = body;
  let total = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) throw new Error(`time: invalid duration ${goQuote(text)}`);
    rest = rest.slice(number.length);
    const unit = /^[^.\d]+/.exec(rest)?.[0];
    if (unit === undefined) throw new Error(`time: missing unit in duration ${goQuote(text)}`);
    const size = units[unit];
    if (size === undefined) throw new Error(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    rest = rest.slice(unit.length);
    total += Number(number) * size;
  }
  if (total > 9_223_372_036_854) throw new Error(`time: invalid duration ${goQuote(text)}`);
  return text.startsWith('-') ? -total : total;
}

/** `1h0m0s`, `1m30s`, `5s`, `250ms`. */
export function formatDuration(ms: Duration): string {
  if (ms === 0) return '0s';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1000) return `${ms}ms`;
  const whole = Math.floor(ms / 1000);
  const [h, m] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const s = `${Number(((ms % 60_000) / 1000).toFixed(3))}s`;
  return `${h > 0 ? `${h}h` : ''}${h > 0 || m > 0 ? `${m}m` : ''}${s}`;
}
