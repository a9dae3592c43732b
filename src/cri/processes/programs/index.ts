// Every program that a process can run, by the name that executables of images carry.

import type { ProgramTable } from '../program.ts';
import { agnhost } from './agnhost.ts';
import * as basic from './basic.ts';
import * as cat from './cat.ts';
import { curl } from './curl.ts';
import * as clients from './data-store-clients.ts';
import { date } from './date.ts';
import * as disk from './disk.ts';
import * as dump from './dump.ts';
import { expr } from './expr.ts';
import { filter } from './filter.ts';
import * as find from './find.ts';
import * as grep from './grep.ts';
import * as headTail from './head-tail.ts';
import * as listing from './listing.ts';
import { dig, nslookup } from './name-lookup.ts';
import { nc } from './nc.ts';
import * as nested from './nested.ts';
import { nginx } from './nginx.ts';
import * as permissions from './permissions.ts';
import { ping } from './ping.ts';
import * as servers from './servers.ts';
import { sh } from './sh.ts';
import * as sort from './sort.ts';
import * as system from './system.ts';
import { tar } from './tar.ts';
import * as text from './text.ts';
import * as trCut from './tr-cut.ts';
import * as wc from './wc.ts';
import { wget } from './wget.ts';

const operands = (args: readonly string[]): number => args.filter((a) => !a.startsWith('-')).length;

/** Executables that lie in images but only say that they are not simulated. */
export const UNSIMULATED = ['cmp', 'route', 'shuf', 'telnet', 'traceroute', 'umount', 'unzip', 'vi', 'watch'];

export const programs: ProgramTable = {
  ...Object.fromEntries(UNSIMULATED.map((name) => [name, servers.unsupported])),
  tar,
  usleep: basic.usleep,
  sh,
  bash: sh,
  true: basic.instant(() => 0),
  false: basic.instant(() => 1),
  echo: basic.echo,
  printf: basic.printf,
  test: basic.test,
  sleep: basic.sleep,
  date,
  env: basic.env,
  printenv: basic.printenv,
  basename: basic.basename,
  dirname: basic.dirname,
  pwd: basic.pwd,
  whoami: basic.whoami,
  id: basic.id,
  hostname: basic.hostname,
  uname: basic.uname,
  kill: basic.kill,
  nproc: basic.nproc,
  tty: basic.tty,
  expr,
  which: basic.which,
  sync: basic.instant(() => 0),
  clear: basic.instant(() => 0),
  stty: basic.instant(() => 0),
  cat: cat.cat,
  head: headTail.head,
  tail: headTail.tail,
  tee: cat.tee,
  wc: wc.wc,
  grep: grep.grep,
  tr: trCut.tr,
  cut: trCut.cut,
  seq: text.seq,
  sort: sort.sort,
  uniq: sort.uniq,
  tac: text.tac,
  rev: text.rev,
  nl: text.nl,
  fold: text.fold,
  base64: dump.base64,
  md5sum: dump.md5sum,
  sha1sum: dump.sha1sum,
  sha256sum: dump.sha256sum,
  yes: text.yes,
  od: dump.od,
  hexdump: dump.od,
  less: cat.cat,
  more: cat.cat,
  sed: filter((args, files) => files === 0 || operands(args) < 1),
  awk: filter((_args, files) => files === 0),
  jq: filter((_args, files) => files === 0),
  diff: filter((args) => args.includes('-')),
  paste: filter((args) => args.includes('-')),
  split: filter((_args, files) => files === 0),
  gzip: filter((_args, files) => files === 0),
  gunzip: filter((_args, files) => files === 0),
  ls: listing.ls,
  mkdir: disk.mkdir,
  rmdir: disk.rmdir,
  rm: disk.rm,
  unlink: disk.rm,
  cp: disk.cp,
  mv: disk.mv,
  ln: disk.ln,
  touch: disk.touch,
  chmod: permissions.chmod,
  chown: permissions.chown,
  chgrp: permissions.chown,
  stat: listing.stat,
  readlink: disk.readlink,
  realpath: disk.readlink,
  mktemp: disk.mktemp,
  du: listing.du,
  df: listing.df,
  dd: disk.dd,
  find: find.find,
  mkfifo: disk.mkfifo,
  ps: system.ps,
  pidof: system.pidof,
  pgrep: system.pgrep,
  pkill: system.pkill,
  killall: system.pkill,
  top: system.top,
  uptime: system.uptime,
  free: system.free,
  mount: system.mount,
  ifconfig: system.ifconfig,
  ip: system.ip,
  netstat: system.netstat,
  ss: system.netstat,
  stress: system.stress,
  timeout: nested.timeout,
  xargs: nested.xargs,
  nohup: nested.nohup,
  nice: nested.nice,
  busybox: nested.busybox,
  nc,
  wget,
  curl,
  nslookup,
  dig,
  ping,
  nginx,
  httpd: servers.httpd,
  agnhost,
  'http-echo': servers.httpEcho,
  python: servers.python,
  'redis-server': servers.redis,
  'redis-cli': servers.redisCli,
  mysqld: servers.mysqld,
  postgres: servers.postgres,
  memcached: servers.memcached,
  mongod: servers.mongod,
  pause: servers.pause,
  'kube-apiserver': servers.kubeApiserver,
  etcd: servers.etcd,
  'kube-scheduler': servers.kubeScheduler,
  'kube-controller-manager': servers.kubeControllerManager,
  'kube-proxy': servers.kubeProxy,
  coredns: servers.coredns,
  'metrics-server': servers.metricsServer,
  agent: servers.agent,
  entrypoint: servers.entrypoint,
  'curl-entrypoint': servers.curlEntrypoint,
  'generic-server': servers.genericServer,
  unsupported: servers.unsupported,
  pg_isready: clients.pgIsready,
  mysqladmin: clients.mysqladmin,
};
