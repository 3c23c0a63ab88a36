import { acceptDatabase, proveCell } from './happenings.ts';
import { HOUR, MINUTE } from './simulated-cell.ts';
import { logGroupOf, type SimulatedDatabase } from './simulated-estate.ts';
import { NAMED_POLICY } from './simulated-hub.ts';
import type { Stage } from './stage.ts';
import { beginTrouble, TROUBLE_KINDS, type TroubleKind } from './troubles.ts';
import { between, share } from './weather.ts';

/** A cell that is drawn by chance: its databases, and what happens to them. */
export type Scenario = {
  readonly seed: number;
  readonly size: number;
  readonly hours: number;
  /** How many of the databases export their logs. */
  readonly logShare?: number;
  /** What the troubles are drawn from. */
  readonly troubles?: readonly TroubleKind[];
};

/** Databases to which nothing happens. */
export type Drawn = {
  readonly good: readonly SimulatedDatabase[];
  readonly bad: readonly SimulatedDatabase[];
};

const SHARE_BAD = 0.25;
/** More add CPU, and nothing that so many did not show. */
const MOST_BAD = 60;

/** Makes the databases. Only those of an index below the share are bad, the same whether or not the others are there. */
export function drawDatabases(stage: Stage, { seed, size, logShare = 0.7 }: Scenario): Drawn {
  const all = Array.from({ length: size }, (_, at) => drawDatabase(stage, seed, at, logShare));
  const count = Math.min(MOST_BAD, Math.ceil(size * SHARE_BAD));
  return { bad: all.slice(0, count), good: all.slice(count) };
}

function drawDatabase(stage: Stage, seed: number, at: number, logShare: number): SimulatedDatabase {
  const roll = (what: string) => share(seed, 'database', at, what);
  const name = `d${at}`;
  const tag =
    roll('tag') < 0.8 ? 'enforce' : roll('tag') < 0.9 ? 'observe' : roll('other tag') < 0.5 ? 'off' : null;
  const state = {
    ...{ exists: true, name, tag, status: 'available', exportsLog: roll('log') < logShare },
    policy: stage.hub?.has(`policies/${NAMED_POLICY}.json`) && roll('policy') < 0.3 ? NAMED_POLICY : null,
    capacity: roll('cluster') < 0.2 ? 0.5 : null,
  };
  const slots = Math.floor(between(seed, 40, 120, 'slots', at));
  const others = Math.floor(roll('others') * 3);
  const group = Array.from({ length: others }, (_, index) => ({
    name: `ship-${index}`,
    destination: `arn:${index}`,
  }));
  stage.logs.groups.set(logGroupOf(state), group);
  stage.journal.others.set(logGroupOf(state), JSON.stringify(group));
  const database = stage.estate.create(`db-S${seed}N${at}`, { at: stage.time.now(), ...state }, slots);
  if (roll('accepted') < 0.6)
    stage.time.at(stage.time.now() + 20 * MINUTE, () => acceptDatabase(stage, database.key));
  return database;
}

/**
 * Every second cell is proven from its first moment, the others within three hours. Of half of all, a later proof fails for two
 * hours. Without a proof a cell only observes.
 */
export function planProofs(stage: Stage, { seed, hours }: Pick<Scenario, 'seed' | 'hours'>): void {
  const { time } = stage;
  const after = (ms: number, kind: Parameters<typeof proveCell>[1]) =>
    time.at(time.now() + ms, () => proveCell(stage, kind));
  const isLate = share(seed, 'proof is late') < 0.5;
  const firstMs = isLate ? Math.min(between(seed, 0.2, 3, 'proof') * HOUR, (hours * HOUR) / 4) : 0;
  const kind = share(seed, 'proof by ids') < 0.2 ? 'ids' : 'tag';
  if (isLate) after(firstMs, kind);
  else proveCell(stage, kind);
  if (share(seed, 'proof fails') >= 0.5) return;
  const failsMs = firstMs + between(seed, 0.1, 0.7, 'proof fails at') * hours * HOUR;
  after(failsMs, 'failed');
  after(failsMs + Math.min(2 * HOUR, (hours * HOUR) / 8), 'tag');
}

/** Plans what happens to each bad database. */
export function planTroubles(
  stage: Stage,
  { bad }: Drawn,
  { seed, hours, troubles = TROUBLE_KINDS }: Scenario,
): void {
  const start = stage.time.now();
  const when = (from: number, to: number, ...about: readonly (string | number)[]) =>
    start + between(seed, from, to, ...about) * hours * HOUR;
  for (const [index, database] of bad.entries()) {
    const kind = troubles[Math.floor(share(seed, 'kind', index) * troubles.length)] ?? 'leak';
    stage.time.at(when(0.05, 0.9, 'when', index), () => beginTrouble(kind, stage, database));
  }
}
