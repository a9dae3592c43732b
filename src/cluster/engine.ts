// How V8 runs a long simulation. It is broad rather than deep: hundreds of functions, each called some thousands of times, in a process
// that lives for a second or two. V8 would optimize each as soon as it has been busy for a moment, on a thread of its own, and most of
// that comes too late to pay. bin/run.js can have it wait longer.

const RELAX = Symbol.for('kubemu.relax');

/** Much is being simulated. */
export function expectLongRun(): void {
  (process as { [RELAX]?: () => void })[RELAX]?.();
}
