// ping: echo requests, which every address that somebody has answers.
import type { Program } from '../program.ts';
import { isAddress } from './asking.ts';
import { options } from './options.ts';

export const ping: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, 'cwWis');
    const host = rest[0] ?? '';
    const st = sys.state<{ address: string; sent: number; until: number; ok: boolean; asked: boolean }>();
    if (st.address === undefined) {
      if (isAddress(host)) st.address = host;
      else {
        const answer = sys.ask({ do: 'resolve', host });
        if (!answer) return;
        if (!answer.addresses?.[0]) {
          sys.err(sys.gnu ? `ping: ${host}: Name or service not known\n` : `ping: bad address '${host}'\n`);
          sys.exit(sys.gnu ? 2 : 1);
          return;
        }
        st.address = answer.addresses[0];
      }
      sys.out(`PING ${host} (${st.address}): 56 data bytes\n`);
      st.sent = 0;
    }
    if (st.ok === undefined) {
      const answer = sys.ask({ do: 'connect', host: st.address, port: 7 });
      if (!answer) return;
      st.ok = answer.failure === undefined || answer.failure === 'refused';
    }
    const count = flags.c === undefined ? Number.POSITIVE_INFINITY : Number(flags.c);
    if (st.until !== undefined && sys.now < st.until) {
      sys.sleepUntil(st.until);
      return;
    }
    const sent = st.sent ?? 0;
    if (sent >= count) {
      sys.out(
        `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${st.ok ? sent : 0} packets received, ${st.ok ? 0 : 100}% packet loss\n${st.ok ? 'round-trip min/avg/max = 0.061/0.070/0.093 ms\n' : ''}`,
      );
      sys.exit(st.ok ? 0 : 1);
      return;
    }
    if (st.ok) sys.out(`64 bytes from ${st.address}: seq=${sent} ttl=63 time=0.0${61 + (sent % 9)} ms\n`);
    st.sent = sent + 1;
    st.until = sys.now + (sent + 1 >= count ? (st.ok ? 0 : 10_000) : 1000);
    sys.sleepUntil(st.until);
  },
};
