// Commands and flags that kubectl does not have. Same form as surface.json.
import type { CommandFact } from './surface.ts';

/** Accepted by every command, in kubectl's guise too: which state file to use. */
export const ownGlobals: readonly string[] = ["state||string|''"];

export const ownCommands: Readonly<Record<string, CommandFact>> = {
  cluster: { usage: 'cluster SUBCOMMAND', flags: [] },
  'cluster create': {
    usage: 'cluster create [NAME] [--nodes=NAMES | --workers=N] [flags]',
    flags: [
      "addons||string|''",
      "clock||string|'real'",
      "cpu||string|'2'",
      'kubelet-version||slice|[]',
      "memory||string|'4Gi'",
      "name||string|''",
      'no-cni||bool|false',
      "nodes||string|''",
      "seed||string|''",
      'size||slice|[]',
      'workers||int|2',
    ],
  },
  'cluster clone': { usage: 'cluster clone NAME', flags: [] },
  'cluster compact': { usage: 'cluster compact [NAME]', flags: [] },
  'cluster fill': {
    usage: 'cluster fill --pods=N [--namespaces=M] [--per-deployment=K]',
    flags: ['namespaces||int|0', 'per-deployment||int|10', 'pods||int|0||r'],
  },
  'cluster inspect': { usage: 'cluster inspect [NAME]', flags: ["output|o|string|''"] },
  'cluster restore': { usage: 'cluster restore NAME', flags: [] },
  'cluster snapshot': { usage: 'cluster snapshot [NAME]', flags: ['delete||bool|false', 'force||bool|false', "output|o|string|''"] },
  'cluster undo': { usage: 'cluster undo [N]', flags: ['list||bool|false'] },
  'cluster list': { usage: 'cluster list', aliases: ['ls'], flags: ["output|o|string|''"] },
  'cluster use': { usage: 'cluster use NAME', flags: [] },
  'cluster delete': { usage: 'cluster delete [NAME]', aliases: ['rm'], flags: [] },
  'cluster reset': { usage: 'cluster reset [NAME]', flags: [] },
  clock: { usage: 'clock [show | real | max | advance DURATION | speed FACTOR]', flags: [] },
  serve: {
    usage: 'serve [--bind-address=ADDRESS] [--secure-port=PORT] [--insecure-port=PORT] [--kubeconfig-out=FILE]',
    flags: [
      "audit-log-path||string|''",
      "audit-policy-file||string|''",
      "authorization-mode||string|''",

      "bind-address||string|'127.0.0.1'",
      "client-ca-file||string|''",
      "components||string|''",
      "disable-admission-plugins||string|''",
      "enable-admission-plugins||string|''",
      'insecure-port||int|0',
      "kubeconfig-out||string|''",
      'secure-port||int|6443',
      "service-cluster-ip-range||string|''",
      "token-auth-file||string|''",
    ],
  },
  env: { usage: 'env', flags: ["shell||string|''"] },
};
