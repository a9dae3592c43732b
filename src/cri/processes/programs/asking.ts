// What network clients share: questions whose answers may take their time.
import type { HostAnswer, HostCall } from '../state.ts';
import type { Sys } from '../sys.ts';

/** A question whose answer may take its time: a connection that is never answered times out after `limit` ms. */
export function askPatiently(sys: Sys, call: HostCall, limit: number): HostAnswer | undefined {
  const st = sys.p.st as { late?: { until: number; answer: HostAnswer } };
  if (st.late) {
    if (sys.now < st.late.until) {
      sys.sleepUntil(st.late.until);
      return undefined;
    }
    const { answer } = st.late;
    delete st.late;
    return answer;
  }
  const answer = sys.ask(call);
  if (!answer) return undefined;
  const wait = answer.failure === 'timeout' ? limit : answer.failure === 'no-route' ? Math.min(limit, 3000) : 0;
  if (wait === 0) return answer;
  st.late = { until: sys.now + wait, answer };
  sys.sleepUntil(st.late.until);
  return undefined;
}

export const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':');
