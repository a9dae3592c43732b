// tar: create, extract and list ustar archives, as `kubectl cp` needs it. Leaves out: compression, links, owners, sparse files.
import { absolute, isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';

const BLOCK = 512;

export const tar: Program = {
  run(sys) {
    const plan = parseArguments(sys.args);
    if (!plan) {
      sys.err(
        sys.gnu
          ? "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n"
          : 'tar: must specify one of -c, -x or -t\n',
      );
      sys.exit(2);
      return;
    }
    if (plan.compressed) {
      sys.fail('compressed archives are not simulated', 2);
      return;
    }
    if (plan.mode === 'c') {
      create(sys, plan);
      return;
    }
    const input = sys.input(plan.file === '-' ? [] : [plan.file]);
    if (!input) return;
    if (input.failed) {
      sys.exit(2);
      return;
    }
    sys.exit(extract(sys, plan, input.text));
  },
};

interface Plan {
  mode: 'c' | 'x' | 't';
  file: string;
  dir: string;
  names: string[];
  verbose: boolean;
  compressed: boolean;
}

function parseArguments(args: readonly string[]): Plan | undefined {
  const plan: Plan & { mode: Plan['mode'] | '' } = {
    mode: '' as Plan['mode'],
    file: '-',
    dir: '.',
    names: [],
    verbose: false,
    compressed: false,
  };
  const rest = [...args];
  let first = true;
  while (rest.length > 0) {
    const arg = rest.shift() ?? '';
    const isOptions = (arg.startsWith('-') && arg !== '-' && !arg.startsWith('--')) || (first && !arg.startsWith('-'));
    first = false;
    if (arg.startsWith('--')) continue;
    if (!isOptions) {
      plan.names.push(arg);
      continue;
    }
    for (const letter of arg.replace(/^-/, '')) {
      if (letter === 'c' || letter === 'x' || letter === 't') plan.mode = letter;
      else if (letter === 'f') plan.file = rest.shift() ?? '-';
      else if (letter === 'C') plan.dir = rest.shift() ?? '.';
      else if (letter === 'v') plan.verbose = true;
      else if (letter === 'z' || letter === 'j' || letter === 'J') plan.compressed = true;
    }
  }
  return plan.mode ? plan : undefined;
}

function create(sys: Sys, plan: Plan): void {
  let archive = '';
  let status = 0;
  const add = (name: string): void => {
    const path = absolute(absolute(sys.p.cwd, plan.dir), name);
    const stat = sys.inspect(path);
    if (isErrno(stat)) {
      sys.err(sys.gnu ? `tar: ${name}: Cannot stat: ${sys.errorText(stat)}\n` : `tar: ${name}: ${sys.errorText(stat)}\n`);
      status = sys.gnu ? 2 : 1;
      return;
    }
    const member = name.replace(/^\/+/, '');
    if (plan.verbose) sys.err(`${member}\n`);
    if (stat.t === 'd') {
      archive += header(`${member.replace(/\/$/, '')}/`, 0, stat.mode, stat.mtime, '5');
      const names = sys.list(path);
      if (!isErrno(names)) for (const child of names) add(`${name.replace(/\/$/, '')}/${child}`);
      return;
    }
    const content = sys.content(path);
    const text = typeof content === 'string' ? content : '';
    archive += header(member, text.length, stat.mode, stat.mtime, '0') + text + '\0'.repeat((BLOCK - (text.length % BLOCK)) % BLOCK);
  };
  for (const name of plan.names) {
    if (name.startsWith('/'))
      sys.err(`tar: ${sys.gnu ? "Removing leading `/' from member names" : "removing leading '/' from member names"}\n`);
    add(name);
  }
  archive += '\0'.repeat(BLOCK * 2);
  if (plan.file === '-') sys.out(archive);
  else {
    const error = sys.writeFile(plan.file, archive);
    if (error) {
      sys.err(`tar: can't open '${plan.file}': ${sys.errorText(error)}\n`);
      status = 1;
    }
  }
  sys.exit(status);
}

function header(name: string, size: number, mode: number, mtime: number, type: string): string {
  const octal = (n: number, width: number): string => `${n.toString(8).padStart(width - 1, '0')}\0`;
  const cut = name.length > 100 ? name.indexOf('/', name.length - 101) : -1;
  const [prefix, base] = cut > 0 ? [name.slice(0, cut), name.slice(cut + 1)] : ['', name];
  const fields = (sum: string): string =>
    `${base.slice(0, 100).padEnd(100, '\0')}${octal(mode & 0o7777, 8)}${octal(0, 8)}${octal(0, 8)}${octal(size, 12)}${octal(Math.floor(mtime / 1000), 12)}${sum}${type}${'\0'.repeat(100)}ustar\x0000${'root'.padEnd(32, '\0')}${'root'.padEnd(32, '\0')}${octal(0, 8)}${octal(0, 8)}${prefix.padEnd(155, '\0')}`.padEnd(
      BLOCK,
      '\0',
    );
  const blank = fields(' '.repeat(8));
  let sum = 0;
  for (let i = 0; i < blank.length; i++) sum += blank.charCodeAt(i);
  return fields(`${sum.toString(8).padStart(6, '0')}\0 `);
}

function extract(sys: Sys, plan: Plan, archive: string): number {
  const dir = absolute(sys.p.cwd, plan.dir);
  let status = 0;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.slice(at, at + BLOCK);
    const field = (from: number, length: number): string => block.slice(from, from + length).split('\0', 1)[0] ?? '';
    const name = (field(345, 155) ? `${field(345, 155)}/` : '') + field(0, 100);
    if (name === '') break;
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const type = block[156] ?? '0';
    at += BLOCK;
    const text = archive.slice(at, at + size);
    at += Math.ceil(size / BLOCK) * BLOCK;
    // A member must not leave the directory.
    const path = absolute(dir, absolute('/', name).slice(1));
    const wanted = plan.names.length === 0 || plan.names.some((n) => name === n || name.startsWith(`${n.replace(/\/$/, '')}/`));
    if (!wanted) continue;
    if (plan.mode === 't' || plan.verbose) sys.out(`${name}\n`);
    if (plan.mode === 't') continue;
    const parent = type === '5' ? path : path.slice(0, path.lastIndexOf('/'));
    let made = '';
    for (const part of parent.split('/').filter(Boolean)) {
      made += `/${part}`;
      if (isErrno(sys.stat(made))) sys.kernel.files.create(sys.p.c, made, 'd', 0o755, sys.p.uid);
    }
    if (type !== '0' && type !== '\0') continue;
    const error = sys.writeFile(path, text);
    if (error) {
      sys.err(sys.gnu ? `tar: ${name}: Cannot open: ${sys.errorText(error)}\n` : `tar: can't open '${name}': ${sys.errorText(error)}\n`);
      status = sys.gnu ? 2 : 1;
    } else sys.kernel.files.change(sys.p.c, path, { mode: Number.parseInt(field(100, 8).trim() || '644', 8) & 0o7777 });
  }
  return status;
}
