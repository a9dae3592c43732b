// Utilities that look at processes, memory and network devices.

import { mounts } from '../proc-files.ts';
import type { Program } from '../program.ts';
import type { Process } from '../state.ts';
import { strftime } from '../strftime.ts';
import type { Sys } from '../sys.ts';
import { instant } from './basic.ts';
import { options } from './options.ts';
import { signalNumber } from './signals.ts';

const own = (sys: Sys): Process[] => sys.kernel.s.procs.filter((p) => p.c === sys.p.c).sort((a, b) => a.pid - b.pid);
const command = (p: Process): string => (typeof p.st.title === 'string' ? p.st.title : p.argv.join(' '));

export const ps = instant((sys) => {
  const processes = own(sys);
  if (sys.gnu) {
    const full = /[fa]/.test(sys.args.join(''));
    if (sys.args.some((a) => a.includes('aux'))) {
      sys.out('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n');
      for (const p of processes)
        sys.out(
          `root      ${String(p.pid).padStart(6)}  0.0  0.1   2580  1536 ?        Ss   ${strftime('%H:%M', p.startedAt)}   0:00 ${command(p)}\n`,
        );
    } else if (full) {
      sys.out('UID          PID    PPID  C STIME TTY          TIME CMD\n');
      for (const p of processes)
        sys.out(
          `root     ${String(p.pid).padStart(7)} ${String(p.ppid).padStart(7)}  0 ${strftime('%H:%M', p.startedAt)} ?        00:00:00 ${command(p)}\n`,
        );
    } else {
      sys.out('    PID TTY          TIME CMD\n');
      for (const p of processes) sys.out(`${String(p.pid).padStart(7)} ?        00:00:00 ${(p.argv[0] ?? '').split('/').pop()}\n`);
    }
    return 0;
  }
  sys.out('PID   USER     TIME  COMMAND\n');
  for (const p of processes)
    sys.out(`${String(p.pid).padStart(5)} ${p.uid === 0 ? 'root    ' : String(p.uid).padEnd(8)}  0:00 ${command(p)}\n`);
  return 0;
});

export const pidof = instant((sys) => {
  const found = own(sys)
    .filter((p) => sys.args.some((name) => (p.argv[0] ?? '').split('/').pop() === name))
    .map((p) => p.pid)
    .reverse();
  if (found.length > 0) sys.out(`${found.join(' ')}\n`);
  return found.length > 0 ? 0 : 1;
});

function matching(sys: Sys, rest: string[], full: boolean): Process[] {
  const pattern = new RegExp(rest[0] ?? '');
  return own(sys).filter((p) => p !== sys.p && pattern.test(full ? command(p) : ((p.argv[0] ?? '').split('/').pop() ?? '')));
}

export const pgrep = instant((sys) => {
  const { flags, rest } = options(sys.args, '');
  const found = matching(sys, rest, flags.f !== undefined);
  for (const p of found) sys.out(flags.l || flags.a ? `${p.pid} ${command(p)}\n` : `${p.pid}\n`);
  return found.length > 0 ? 0 : 1;
});

export const pkill = instant((sys) => {
  const first = sys.args[0] ?? '';
  const signal = /^-([A-Z]+\d?|\d+)$/.test(first) ? signalNumber(first.slice(1)) : 15;
  const { flags, rest } = options(signal !== 15 || /^-(TERM|15)$/.test(first) ? sys.args.slice(1) : sys.args, '');
  const found =
    sys.name === 'killall'
      ? own(sys).filter((p) => (p.argv[0] ?? '').split('/').pop() === rest[0])
      : matching(sys, rest, flags.f !== undefined);
  for (const p of found) sys.kernel.signal(p, signal ?? 15);
  return found.length > 0 ? 0 : 1;
});

export const top: Program = {
  run(sys) {
    sys.out(
      'Mem: 2752360K used, 1263104K free, 4212K shrd, 82340K buff, 1634188K cached\nCPU:   1% usr   1% sys   0% nic  98% idle   0% io   0% irq   0% sirq\nLoad average: 0.08 0.05 0.01 1/214 12\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n',
    );
    for (const p of own(sys))
      sys.out(
        `${String(p.pid).padStart(5)} ${String(p.ppid).padStart(5)} root     ${p === sys.p ? 'R' : 'S'}     4404   0%   0   0% ${command(p)}\n`,
      );
    const { flags } = options(sys.args, 'nd');
    if (flags.b && flags.n === undefined) sys.sleepUntil(sys.now + 5000);
    else sys.exit(0);
  },
};

export const uptime = instant((sys) => {
  sys.out(` ${strftime('%H:%M:%S', sys.clock())} up 12 days,  3:14,  ${sys.gnu ? '0 users,  ' : ''}load average: 0.08, 0.05, 0.01\n`);
  return 0;
});

export const free = instant((sys) => {
  const { flags } = options(sys.args, '');
  const unit = flags.m ? 1024 : flags.g ? 1_048_576 : 1;
  const row = (name: string, kb: number[]): string =>
    `${name.padEnd(7)}${kb.map((n) => String(Math.floor(n / unit)).padStart(12)).join('')}\n`;
  sys.out('              total        used        free      shared  buff/cache   available\n');
  sys.out(row('Mem:', [4_015_464, 1_035_832, 1_263_104, 4_212, 1_716_528, 2_914_208]));
  sys.out(row('Swap:', [0, 0, 0]));
  return 0;
});

export const mount = instant((sys) => {
  if (sys.args.length > 0) {
    sys.err(sys.gnu ? 'mount: only root can do that\n' : 'mount: permission denied (are you root?)\n');
    return 1;
  }
  for (const line of mounts(sys.kernel, sys.p).split('\n').filter(Boolean)) {
    const [device, where, type, flags] = line.split(' ');
    sys.out(`${device} on ${where} type ${type} (${flags})\n`);
  }
  return 0;
});

export const ifconfig = instant((sys) => {
  const { podIP } = sys.kernel.host;
  sys.out(
    `eth0      Link encap:Ethernet  HWaddr 0A:58:0A:F4:01:02\n          inet addr:${podIP}  Bcast:0.0.0.0  Mask:255.255.255.255\n          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1\n\nlo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n`,
  );
  return 0;
});

export const ip = instant((sys) => {
  const { podIP } = sys.kernel.host;
  const what = sys.args.find((a) => !a.startsWith('-')) ?? 'a';
  if (/^a/.test(what))
    sys.out(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1450 qdisc noqueue state UP qlen 1000\n    link/ether 0a:58:0a:f4:01:02 brd ff:ff:ff:ff:ff:ff\n    inet ${podIP}/32 scope global eth0\n       valid_lft forever preferred_lft forever\n`,
    );
  else if (/^r/.test(what)) sys.out('default via 169.254.1.1 dev eth0 \n169.254.1.1 dev eth0 scope link \n');
  else if (/^l/.test(what))
    sys.out(
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1450 qdisc noqueue state UP qlen 1000\n',
    );
  else {
    sys.err(`ip: '${what}' is not simulated\n`);
    return 1;
  }
  return 0;
});

export const netstat = instant((sys) => {
  sys.out(
    'Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name\n',
  );
  for (const l of sys.kernel.s.listening) {
    const p = sys.kernel.process(l.c, l.pid);
    const name = l.c === sys.p.c && p ? `${l.pid}/${(p.argv[0] ?? '').split('/').pop()}` : '-';
    sys.out(`tcp        0      0 ${`${l.address}:${l.port}`.padEnd(23)} 0.0.0.0:*               LISTEN      ${name}\n`);
  }
  return 0;
});

/** `stress --vm 1 --vm-bytes 250M --vm-hang 1`, stress-ng alike. */
export const stress: Program = {
  run(sys) {
    const st = sys.state<{ started: boolean; until: number }>();
    if (st.started) {
      if (st.until !== undefined && sys.now >= st.until) {
        sys.out(`stress: info: [${sys.p.pid}] successful run completed in ${Math.round((sys.now - sys.p.startedAt) / 1000)}s\n`);
        sys.exit(0);
      } else if (st.until === undefined) sys.forever();
      else sys.sleepUntil(st.until);
      return;
    }
    st.started = true;
    const value = (...names: string[]): string | undefined => {
      for (const name of names) {
        const i = sys.args.findIndex((a) => a === name || a.startsWith(`${name}=`));
        if (i >= 0) return sys.args[i]?.includes('=') ? sys.args[i]?.split('=')[1] : sys.args[i + 1];
      }
      return undefined;
    };
    const bytes = (text: string | undefined, fallback: number): number => {
      const m = /^(\d+)([bkmg]?)/i.exec(text ?? '');
      return m ? Number(m[1]) * ({ k: 1024, m: 1_048_576, g: 1_073_741_824 }[(m[2] ?? '').toLowerCase()] ?? 1) : fallback;
    };
    const workers = {
      cpu: Number(value('--cpu', '-c') ?? 0),
      io: Number(value('--io', '-i') ?? 0),
      vm: Number(value('--vm', '-m') ?? 0),
      hdd: Number(value('--hdd', '-d') ?? 0),
    };
    sys.out(
      `${sys.name}: info: [${sys.p.pid}] dispatching hogs: ${workers.cpu} cpu, ${workers.io} io, ${workers.vm} vm, ${workers.hdd} hdd\n`,
    );
    const m = /^(\d+)([smhd]?)$/.exec(value('--timeout', '-t') ?? '');
    if (m) st.until = sys.now + Number(m[1]) * 1000 * ({ s: 1, m: 60, h: 3600, d: 86_400 }[m[2] ?? ''] ?? 1);
    sys.p.memory = workers.vm * bytes(value('--vm-bytes'), 268_435_456);
    sys.kernel.checkMemory(sys.p.c);
    if (sys.p.exit !== null) return;
    if (st.until === undefined) sys.forever();
    else sys.sleepUntil(st.until);
  },
};
