// The root file systems of the base images: which executables are where, and the few files of /etc that people look at.
import type { ImageBase, ImageDefinition } from './definition.ts';

export interface ImageFile {
  t: 'f' | 'd' | 'l';
  mode: number;
  text: string;
  to?: string;
}

const words = (text: string): string[] => text.trim().split(/\s+/);

const CORE = words(`
  [ base64 basename cat chgrp chmod chown cp cut date dd df dirname du echo env expr false fold head hostname id kill ln ls md5sum mkdir
  mkfifo mktemp mv nl nproc od printenv printf ps pwd readlink realpath rm rmdir seq sha1sum sha256sum sleep sort stat stty sync tac tail tee
  test timeout touch tr true tty uname uniq unlink uptime wc whoami yes`);
const BUSYBOX_ONLY = words(`
  ash awk clear cmp diff egrep fgrep find free grep gunzip gzip hexdump httpd ifconfig ip less mount nc netstat nslookup pgrep pidof ping pkill
  rev route sed sh tar telnet top traceroute umount unzip usleep vi watch wget which xargs`);
const DEBIAN_ONLY = words(
  'awk bash cmp dash diff egrep fgrep find gzip gunzip grep mount nice nohup paste rev sed sh shuf split tar umount which xargs',
);
const DEBIAN_ABSENT = new Set(['ps', 'hostname-x']);

const ALIASES: Record<string, string> = { ash: 'sh', dash: 'sh', '[': 'test', egrep: 'grep', fgrep: 'grep' };

const OS_RELEASE: Record<ImageBase, string | undefined> = {
  busybox: undefined,
  alpine:
    'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME="Alpine Linux v3.22"\nHOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n',
  debian:
    'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nVERSION="13 (trixie)"\nVERSION_CODENAME=trixie\nDEBIAN_VERSION_FULL=13.1\nID=debian\nHOME_URL="https://www.debian.org/"\nSUPPORT_URL="https://www.debian.org/support"\nBUG_REPORT_URL="https://bugs.debian.org/"\n',
  distroless: undefined,
};

const executable = (program: string): ImageFile => ({ t: 'f', mode: 0o755, text: `\x7fELF${program}\n` });
const directory: ImageFile = { t: 'd', mode: 0o755, text: '' };
const cache = new WeakMap<ImageDefinition, Map<string, ImageFile>>();

/** Everything in an image's root file system, by absolute path. */
export function imageFiles(image: ImageDefinition): Map<string, ImageFile> {
  const known = cache.get(image);
  if (known) return known;
  const files = new Map<string, ImageFile>();
  const put = (path: string, file: ImageFile): void => {
    for (let i = path.indexOf('/', 1); i > 0; i = path.indexOf('/', i + 1)) {
      const parent = path.slice(0, i);
      if (!files.has(parent)) files.set(parent, directory);
    }
    files.set(path, file);
  };
  files.set('/', directory);
  for (const dir of words('/dev /etc /proc /sys /tmp /var /var/run /var/log /root /run /usr /usr/local/bin')) put(dir, directory);
  files.set('/tmp', { t: 'd', mode: 0o1777, text: '' });
  if (image.base !== 'distroless')
    for (const dir of words('/bin /home /usr/bin /usr/sbin /var/lib /var/tmp /mnt /opt /srv /media')) put(dir, directory);
  const bin = image.base === 'debian' ? '/usr/bin' : '/bin';
  const commands =
    image.base === 'distroless'
      ? []
      : image.base === 'debian'
        ? [...CORE.filter((c) => !DEBIAN_ABSENT.has(c)), ...DEBIAN_ONLY]
        : [...CORE, ...BUSYBOX_ONLY];
  for (const command of commands) put(`${bin}/${command}`, executable(ALIASES[command] ?? command));
  if (image.base === 'debian')
    for (const command of ['sh', 'bash', 'dash']) put(`/bin/${command}`, executable(command === 'bash' ? 'bash' : 'sh'));
  if (image.base === 'debian') put('/usr/bin/bash', executable('bash'));
  if (image.base === 'busybox' || image.base === 'alpine') put('/bin/busybox', executable('busybox'));
  if (image.base === 'busybox')
    for (const command of commands) if (command !== 'sh') put(`/usr/bin/${command}`, files.get(`${bin}/${command}`) ?? directory);
  if (image.bash && image.base !== 'debian') put('/bin/bash', executable('bash'));
  const release = OS_RELEASE[image.base];
  if (release) put('/etc/os-release', { t: 'f', mode: 0o644, text: release });
  if (image.base === 'alpine') put('/etc/alpine-release', { t: 'f', mode: 0o644, text: '3.22.2\n' });
  if (image.base === 'debian') put('/etc/debian_version', { t: 'f', mode: 0o644, text: '13.1\n' });
  const shell = image.base === 'debian' ? '/bin/bash' : '/bin/sh';
  put('/etc/passwd', {
    t: 'f',
    mode: 0o644,
    text: `root:x:0:0:root:/root:${shell}\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n`,
  });
  put('/etc/group', { t: 'f', mode: 0o644, text: 'root:x:0:\nnogroup:x:65534:\n' });
  for (const [path, program] of Object.entries(image.programs ?? {})) put(path, executable(program));
  for (const [path, text] of Object.entries(image.files ?? {})) {
    if (path.endsWith('/')) put(path.slice(0, -1), directory);
    else if (text.startsWith('->')) put(path, { t: 'l', mode: 0o777, text: '', to: text.slice(2) });
    else put(path, { t: 'f', mode: path.endsWith('.sh') ? 0o755 : 0o644, text: Buffer.from(text, 'utf8').toString('latin1') });
  }
  cache.set(image, files);
  return files;
}
