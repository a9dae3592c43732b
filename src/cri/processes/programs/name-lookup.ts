// nslookup and dig: questions to the name server of /etc/resolv.conf.
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { isAddress } from './asking.ts';

function nameServer(sys: Sys): string {
  const text = sys.content('/etc/resolv.conf');
  return (typeof text === 'string' && /^nameserver\s+(\S+)/m.exec(text)?.[1]) || '10.96.0.10';
}

function searchList(sys: Sys): string[] {
  const text = sys.content('/etc/resolv.conf');
  return typeof text === 'string' ? (/^search\s+(.+)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? []) : [];
}

export const nslookup: Program = {
  run(sys) {
    const names = sys.args.filter((a) => !a.startsWith('-'));
    const name = names[0] ?? '';
    const server = names[1] && isAddress(names[1]) ? names[1] : nameServer(sys);
    const answer = sys.ask({ do: 'resolve', host: name });
    if (!answer) return;
    const full =
      name.includes('.svc.') || isAddress(name)
        ? name
        : answer.addresses && searchList(sys).length > 0
          ? qualified(name, searchList(sys))
          : name;
    if (sys.gnu) {
      sys.out(`Server:\t\t${server}\nAddress:\t${server}#53\n\n`);
      if (!answer.addresses) {
        sys.out(`** server can't find ${name}: NXDOMAIN\n\n`);
        sys.exit(1);
        return;
      }
      for (const address of answer.addresses) sys.out(`Name:\t${full}\nAddress: ${address}\n`);
      sys.out('\n');
      sys.exit(0);
      return;
    }
    sys.out(`Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
    if (!answer.addresses) {
      sys.out(`** server can't find ${name}: NXDOMAIN\n\n`);
      sys.exit(1);
      return;
    }
    for (const address of answer.addresses) sys.out(`Name:\t${full}\nAddress: ${address}\n`);
    sys.out('\n');
    sys.exit(0);
  },
};

function qualified(name: string, search: string[]): string {
  const cluster = search.find((s) => s.startsWith('svc.'))?.slice(4) ?? 'cluster.local';
  const parts = name.split('.');
  if (parts.length === 1) return `${name}.${search[0] ?? ''}`.replace(/\.$/, '');
  if (parts.length === 2) return `${name}.svc.${cluster}`;
  return parts[2] === 'svc' && parts.length === 3 ? `${name}.${cluster}` : name;
}

export const dig: Program = {
  run(sys) {
    const short = sys.args.includes('+short');
    const name = sys.args.find((a) => !/^[-+@]/.test(a) && !/^(A|AAAA|SRV|ANY|CNAME|TXT|PTR)$/.test(a)) ?? '';
    const answer = sys.ask({ do: 'resolve', host: sys.args.includes('+search') ? name : name.includes('.') ? name : `${name}.` });
    if (!answer) return;
    const addresses = answer.addresses ?? [];
    if (short) sys.out(addresses.map((a) => `${a}\n`).join(''));
    else {
      sys.out(
        `\n; <<>> DiG 9.18 <<>> ${sys.args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${addresses.length > 0 ? 'NOERROR' : 'NXDOMAIN'}, id: 4242\n\n;; QUESTION SECTION:\n;${name}.\t\tIN\tA\n\n`,
      );
      if (addresses.length > 0) sys.out(`;; ANSWER SECTION:\n${addresses.map((a) => `${name}.\t30\tIN\tA\t${a}\n`).join('')}\n`);
      sys.out(`;; SERVER: ${nameServer(sys)}#53(${nameServer(sys)}) (UDP)\n`);
    }
    sys.exit(0);
  },
};
