import { DEFAULT_WARNINGS } from '../../functions/core/warning/warning-settings.ts';
import type { Sign } from '../../functions/core/warning/warning-signs.ts';
import {
  countSlots,
  isCounted,
  NOTHING_COUNTED,
  type WarningState,
} from '../../functions/core/warning/warning-state.ts';
import {
  type Form,
  type Parameters,
  randomOf,
  type SimulatedServer,
  SWEEP_MIN,
  SWEEPS_A_DAY,
  simulatedServer,
} from './rhythms.ts';

/** Three weeks of past, then a month that is judged. */
const PAST_DAYS = 21;
const MONTH_DAYS = 30;
const WHEN_PERCENT = 95;
const SWEEP_MS = SWEEP_MIN * 60_000;
/** A warning by a tier is false when nothing happens within this time. */
const TIER_MS = 6 * 3_600_000;

type Use = (sweep: number) => number;
type Warned = { readonly sweep: number; readonly sign: Sign };

/** Plays sweeps as `remediate` and `report` see them, and returns the warnings. */
function play(
  { usableAt }: SimulatedServer,
  used: Use,
  to: number,
  begun: { readonly state: WarningState; readonly from: number } = { state: NOTHING_COUNTED, from: 0 },
): { readonly state: WarningState; readonly warned: readonly Warned[] } {
  let { state } = begun;
  const warned: Warned[] = [];
  for (let sweep = begun.from; sweep < to; sweep += 1) {
    const now = { at: sweep * SWEEP_MS, used: used(sweep), usable: usableAt(sweep) };
    if (!isCounted(now)) continue;
    const counted = countSlots(state, now, DEFAULT_WARNINGS);
    state = counted.state;
    if (counted.news !== null) warned.push({ sweep, sign: counted.news });
  }
  return { state, warned };
}

function isFalse({ usableAt }: SimulatedServer, used: Use, { sweep, sign }: Warned): boolean {
  const withinMs = sign.kind === 'tier' ? TIER_MS : 2 * sign.fullInMs;
  for (let at = sweep; (at - sweep) * SWEEP_MS <= withinMs; at += 1)
    if (used(at) * 100 >= WHEN_PERCENT * usableAt(at)) return false;
  return true;
}

export type Month = { readonly rhythm: string; readonly warnings: number; readonly false: number };
/** A rhythm by its name. */
export type Named = readonly [rhythm: string, form: Form];

/** A month without a leak. */
export function healthyMonth([rhythm, form]: Named, seed: number, parameters: Parameters): Month {
  const server = simulatedServer(form, seed, parameters);
  const from = PAST_DAYS * SWEEPS_A_DAY;
  const played = play(server, server.usedAt, from + MONTH_DAYS * SWEEPS_A_DAY);
  const warned = played.warned.filter(({ sweep }) => sweep >= from);
  return {
    rhythm,
    warnings: warned.length,
    false: warned.filter((each) => isFalse(server, server.usedAt, each)).length,
  };
}

/** Minutes from the usual level to full. */
export const PACES = [30, 45, 60, 90, 120, 240, 600, 1_440] as const;

/** A leak, in minutes. */
export type Leak = {
  /** From its begin until the server is full. A rhythm that takes slots beside it makes this less than its pace says. */
  readonly took: number;
  /** From when people were told until the server is full; 0 when they were not told. */
  readonly lead: number;
};

/** A leak of each pace, on top of the rhythm. */
export function leaksOf([, form]: Named, seed: number, parameters: Parameters): readonly Leak[] {
  const server = simulatedServer(form, seed, parameters);
  const random = randomOf(seed ^ 0x5bd1e995);
  const start = Math.floor((PAST_DAYS + 1 + random()) * SWEEPS_A_DAY) + random();
  const from = Math.floor(start);
  const begun = { state: play(server, server.usedAt, from).state, from };
  return PACES.map((minutes) => leakIn(server, start, begun, minutes));
}

function leakIn(
  server: SimulatedServer,
  start: number,
  begun: { readonly state: WarningState; readonly from: number },
  minutes: number,
): Leak {
  const room = server.usableAt(begun.from) - server.usedAt(begun.from);
  const leaked = (sweep: number) => Math.max(0, ((sweep - start) * SWEEP_MIN * room) / minutes);
  const used: Use = (sweep) =>
    Math.min(server.usableAt(sweep), Math.round(server.usedAt(sweep) + leaked(sweep)));
  let full = Math.ceil(start);
  while (used(full) < server.usableAt(full) && full - start < 4 * SWEEPS_A_DAY) full += 1;
  // Between two sweeps: where the leak alone would have filled the rest.
  const perSweep = (room * SWEEP_MIN) / minutes;
  const over = (server.usedAt(full) + leaked(full) - server.usableAt(full)) / perSweep;
  const exact = full - Math.max(0, Math.min(1, over));
  // People who were told of this episode before know already.
  const took = (exact - start) * SWEEP_MIN;
  if (begun.state.episode?.told != null) return { took, lead: took };
  const first = play(server, used, full + 1, begun).warned.find(({ sweep }) => sweep >= start);
  return { took, lead: first === undefined ? 0 : Math.max(0, (exact - first.sweep) * SWEEP_MIN) };
}

/** The leaks that took at least so long, give or take half a sweep, and less than the next pace. */
export function leaksFrom(leaks: readonly Leak[], minutes: number, below = Number.POSITIVE_INFINITY) {
  const least = minutes - SWEEP_MIN / 2;
  return leaks.filter(({ took }) => took >= least && took < below - SWEEP_MIN / 2);
}

/** The value below which a share of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

/** Every rhythm in turn, each time with another seed. */
export function* seeds(
  rhythms: Readonly<Record<string, Form>>,
  count: number,
  first: number,
): Generator<{ readonly named: Named; readonly seed: number }> {
  const all = Object.entries(rhythms);
  for (let index = 0; index < count; index += 1) {
    const named = all[index % all.length];
    if (named !== undefined) yield { named, seed: first + index };
  }
}
