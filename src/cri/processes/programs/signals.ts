// Names and numbers of signals.
const NAMES = [
  'EXIT',
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'STKFLT',
  'CHLD',
  'CONT',
  'STOP',
  'TSTP',
  'TTIN',
  'TTOU',
  'URG',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
  'WINCH',
  'POLL',
  'PWR',
  'SYS',
];

export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) < 65 ? Number(text) : undefined;
  const i = NAMES.indexOf(text.toUpperCase().replace(/^SIG/, ''));
  return i < 0 ? undefined : i;
}

export function listSignals(one: string | undefined): string {
  if (one !== undefined)
    return /^\d+$/.test(one) ? `${NAMES[Number(one) & 127 ? Number(one) % 128 : 0] ?? one}\n` : `${signalNumber(one) ?? ''}\n`;
  return `${NAMES.slice(1)
    .map((name, i) => `${String(i + 1).padStart(2)}) ${name}`)
    .join('\n')}\n`;
}
