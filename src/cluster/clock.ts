// The cluster's clock: where it stands, how it moves, and what `kubemu clock` sets. Kept under /kubemu/clock.
import type { Clock, Instant } from '../machinery/clock.ts';
import type { Store } from '../machinery/store.ts';

export interface ClockState {
  /** `real`: wall-clock time times `speed`. `max`: wall time never counts; commands and waits move it. */
  mode: 'real' | 'max';
  speed: number;
  /** Up to here everything has happened. */
  now: Instant;
  /** In mode `real`: virtual time was `anchor.virtual` when the wall showed `anchor.wall`. */
  anchor: { wall: number; virtual: Instant };
}

export interface ClusterClock extends Clock {
  readonly state: ClockState;
  /** Moves forward to `at`, in memory. */
  move(at: Instant): void;
  /** Where a real clock stands when the wall shows `wall`; never before `now`. At `max` it stands still. */
  target(wall: number): Instant;
  /** Sets mode or speed as from now; a real clock that was moved on goes on from where it stands. */
  configure(change: { mode?: 'real' | 'max'; speed?: number }, wall: number): void;
  /** The state was read again. */
  reload(): void;
  /** Writes the clock into the state if it differs. */
  save(): void;
}

const KEY = '/kubemu/clock';

export function openClock(store: Store): ClusterClock {
  let state = readClock(store);
  let now = state.now;
  const running = (wall: number): Instant => Math.floor(state.anchor.virtual + (wall - state.anchor.wall) * state.speed);
  const target = (wall: number): Instant => (state.mode === 'max' ? now : Math.max(now, running(wall)));
  return {
    get state() {
      return state;
    },
    now: () => now,
    move(at) {
      if (at > now) now = at;
    },
    target,
    configure(change, wall) {
      const { mode = state.mode, speed = state.speed } = change;
      const isAhead = state.mode === 'real' && now > running(wall); // somebody moved it on
      if (mode === state.mode && speed === state.speed && !isAhead) return;
      // A real clock has gone on since it last stood still somewhere; what is due by then still happens at its own instant.
      const virtual = state.mode === 'real' ? target(wall) : now;
      state = { mode, speed, now, anchor: { wall, virtual } };
      store.put(KEY, state);
    },
    reload() {
      state = readClock(store);
      now = state.now;
    },
    save() {
      if (store.get<ClockState>(KEY)?.now === now) return;
      state = { ...state, now };
      store.put(KEY, state);
    },
  };
}

function readClock(store: Store): ClockState {
  const state = store.get<ClockState>(KEY);
  if (!state) throw new Error('the state holds no clock');
  return state;
}
