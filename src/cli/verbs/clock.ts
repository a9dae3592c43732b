// kubemu clock: how time passes in the cluster.
import { rfc3339, wallNow } from '../../machinery/clock.ts';
import type { LocalContext } from '../context.ts';
import { formatDuration, parseDuration } from '../flags/duration.ts';
import { defineVerb, KubectlError } from '../verb.ts';

export const clock = defineVerb({
  short: "Show the cluster's clock, choose how it runs, or turn it forward",
  long: [
    "Shows the cluster's clock, chooses how it runs, or turns it forward.",
    '',
    'real     The cluster lives at the pace of the wall clock, times the speed.',
    'max      Wall time never counts: each command lets the cluster settle, and whatever waits jumps to what it waits for.',
    'advance  Lets the given time pass at once, with all that happens in it.',
    'speed    Makes the clock real and lets it run so many times as fast as the wall clock.',
  ].join('\n'),
  examples: [
    { about: 'Which time it is in the cluster', command: 'kubemu clock' },
    { about: 'Let ten minutes pass', command: 'kubemu clock advance 10m' },
    { about: 'Sixty times as fast', command: 'kubemu clock speed 60' },
  ],
  async run(context) {
    const [action = 'show', value, ...rest] = context.args;
    const takesValue = action === 'advance' || action === 'speed';
    if (rest.length > 0 || (value === undefined) === takesValue || !['show', 'real', 'max', 'advance', 'speed'].includes(action)) {
      throw new KubectlError('expected one of: show, real, max, advance DURATION, speed FACTOR', { usage: true });
    }
    const by = action === 'advance' ? duration(value ?? '') : 0;
    const speed = action === 'speed' ? factor(value ?? '') : undefined;
    const session = await (context as LocalContext).session();
    const { cluster } = session;
    if (action !== 'show') {
      await session.lock();
      if (action === 'advance') {
        await cluster.advance(cluster.clock.now() + by);
        cluster.clock.configure({}, wallNow());
      } else if (speed !== undefined) cluster.clock.configure({ mode: 'real', speed }, wallNow());
      else cluster.clock.configure({ mode: action === 'max' ? 'max' : 'real' }, wallNow());
    }
    const { mode, speed: current } = cluster.clock.state;
    context.out(`Mode:   ${mode}`);
    if (mode === 'real') context.out(`Speed:  ${current}`);
    context.out(`Time:   ${rfc3339(cluster.clock.now())}`);
    if (by > 0) context.out(`Passed: ${formatDuration(by)}`);
    return 0;
  },
});

function duration(text: string): number {
  try {
    const value = parseDuration(text);
    if (value <= 0) throw new Error(`time passes forward only: ${text}`);
    return value;
  } catch (error) {
    throw new KubectlError((error as Error).message);
  }
}

function factor(text: string): number {
  const value = Number(text.replace(/x$/, ''));
  if (!(value > 0) || value > 1_000_000)
    throw new KubectlError(`speed must be a number above 0 and up to 1000000, not ${JSON.stringify(text)}`);
  return value;
}
