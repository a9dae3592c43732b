// /dev, /proc, and the files of /etc that the runtime gives a container when the kubelet mounted none.
import { type Errno, isErrno } from './files.ts';
import type { Kernel } from './kernel.ts';
import type { OpenFile, Process } from './state.ts';

type Special = { device: Omit<OpenFile, 'refs'> } | { dup: number } | { text: string } | { error: Errno };

export function specialFile(kernel: Kernel, p: Process, path: string): Special | undefined {
  if (path.startsWith('/dev/')) return deviceFile(kernel, p, path.slice(5));
  if (path.startsWith('/proc/')) return procFile(kernel, p, path.slice(6));
  if (path.startsWith('/etc/') && isErrno(kernel.files.stat(p.c, path))) {
    if (path === '/etc/hostname') return { text: `${kernel.host.hostname}\n` };
    if (path === '/etc/resolv.conf')
      return { text: 'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n' };
    if (path === '/etc/hosts')
      return { text: `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${kernel.host.podIP}\t${kernel.host.hostname}\n` };
  }
  return undefined;
}

function deviceFile(kernel: Kernel, p: Process, name: string): Special | undefined {
  switch (name) {
    case 'null':
      return { device: { k: 'null' } };
    case 'zero':
      return { device: { k: 'zero' } };
    case 'full':
      return { device: { k: 'full' } };
    case 'random':
    case 'urandom':
      return { device: { k: 'random' } };
    case 'tty':
      return { error: 'ENOENT' };
    case 'stdin':
      return descriptor(kernel, p, '0');
    case 'stdout':
      return descriptor(kernel, p, '1');
    case 'stderr':
      return descriptor(kernel, p, '2');
    default:
      return name.startsWith('fd/') ? descriptor(kernel, p, name.slice(3)) : undefined;
  }
}

function descriptor(kernel: Kernel, p: Process, fd: string): Special {
  const id = p.fds[Number(fd)];
  return id === undefined || !kernel.file(id) ? { error: 'ENOENT' } : { dup: id };
}

function procFile(kernel: Kernel, p: Process, name: string): Special | undefined {
  const [first = '', ...rest] = name.split('/');
  const pid = first === 'self' ? p.pid : Number(first);
  if (Number.isInteger(pid) && pid > 0) {
    const target = pid === p.pid ? p : kernel.process(p.c, pid);
    if (!target) return { error: 'ENOENT' };
    if (rest[0] === 'fd' && rest[1] !== undefined) return descriptor(kernel, target, rest[1]);
    const comm = (target.argv[0] ?? '').split('/').pop() ?? '';
    switch (rest[0]) {
      case 'cmdline':
        return { text: target.argv.map((arg) => `${arg}\0`).join('') };
      case 'comm':
        return { text: `${comm}\n` };
      case 'environ':
        return {
          text: Object.entries(target.env)
            .map(([n, v]) => `${n}=${v}\0`)
            .join(''),
        };
      case 'status':
        return {
          text: `Name:\t${comm}\nState:\tS (sleeping)\nTgid:\t${target.pid}\nPid:\t${target.pid}\nPPid:\t${target.ppid}\nUid:\t${target.uid}\t${target.uid}\t${target.uid}\t${target.uid}\n`,
        };
      case 'cgroup':
        return { text: '0::/\n' };
      case 'mounts':
      case 'mountinfo':
        return { text: mounts(kernel, p) };
      default:
        return undefined;
    }
  }
  switch (name) {
    case 'mounts':
      return { text: mounts(kernel, p) };
    case 'uptime':
      kernel.cycles.inspected();
      return { text: `${(kernel.now % 100_000_000) / 1000} 0.00\n` };
    case 'loadavg':
      return { text: `0.08 0.05 0.01 1/${200 + kernel.s.procs.length} ${kernel.s.procs.length + 6}\n` };
    case 'version':
      return { text: 'Linux version 6.8.0-45-generic (gcc 13.2.0) #45-Ubuntu SMP PREEMPT_DYNAMIC\n' };
    case 'meminfo':
      return {
        text: 'MemTotal:        4015464 kB\nMemFree:         1263104 kB\nMemAvailable:    2914208 kB\nBuffers:           82340 kB\nCached:          1634188 kB\n',
      };
    case 'cpuinfo':
      return { text: [0, 1].map((n) => `processor\t: ${n}\nmodel name\t: kubemu virtual CPU\ncpu MHz\t\t: 2400.000\n\n`).join('') };
    case 'sys/kernel/hostname':
      return { text: `${kernel.host.hostname}\n` };
    case 'sys/net/core/somaxconn':
      return { text: '4096\n' };
    default:
      return undefined;
  }
}

export function mounts(kernel: Kernel, p: Process): string {
  const container = kernel.s.containers[p.c];
  const root = container?.spec.readOnlyRootFilesystem ? 'ro' : 'rw';
  return [
    `overlay / overlay ${root},relatime 0 0`,
    'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0',
    'tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0',
    ...(container?.spec.mounts ?? []).map((m) => `/dev/vda1 ${m.path} ext4 ${m.readOnly ? 'ro' : 'rw'},relatime 0 0`),
    '',
  ].join('\n');
}
