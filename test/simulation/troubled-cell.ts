import { acceptDatabase, change, leakFor, proveCell } from './happenings.ts';
import type { Product } from './product.ts';
import { beginSchedule } from './schedule.ts';
import { HOUR, MINUTE, PERIOD_MS, SECOND, simulatedCell } from './simulated-cell.ts';
import { logGroupOf } from './simulated-estate.ts';
import type { Life } from './simulated-lambda.ts';
import type { Stage } from './stage.ts';
import { calmWeather, type Weather } from './weather.ts';

export const TROUBLED_START = Date.parse('2026-11-29T00:00:00.000Z');
/** From then on people have ended the quarantine of all databases. */
export const ACCEPTED_AT = TROUBLED_START + 6 * MINUTE;
/** A database gets another policy, which the dispatcher of the next period sees. */
const OTHER_POLICY_AT = TROUBLED_START + 3 * MINUTE;

/** What becomes of each database of the cell. */
const TROUBLED = {
  calm: { exportsLog: false, others: 0, leakMs: null, policy: null },
  leak: { exportsLog: false, others: 0, leakMs: 5 * SECOND, policy: null },
  /** A hundred clients a second, of which a subscription tells. */
  storm: { exportsLog: true, others: 0, leakMs: 10, policy: null },
  /** The same, where only an alarm tells. */
  alarm: { exportsLog: true, others: 2, leakMs: 10, policy: null },
  /** Its policy cannot be read, which is news of the cell. */
  broken: { exportsLog: false, others: 0, leakMs: null, policy: 'broken' },
} as const;
export type TroubledName = keyof typeof TROUBLED;
export const TROUBLED_NAMES = ['calm', 'leak', 'storm', 'alarm', 'broken'] as const satisfies TroubledName[];

export type TroubledGiven = {
  readonly hours: number;
  readonly weather?: Partial<Weather>;
  readonly product?: Partial<Product>;
  /** Sees each call of a port, as `function port`. */
  readonly afterCall?: (stage: Stage, call: string, life: Life) => void;
  /** What happens besides. */
  readonly also?: (stage: Stage) => void;
};

/** A small cell of an organisation, in which every function has something to do all the time. */
export async function troubledCell(given: TroubledGiven): Promise<Stage> {
  const { hours, weather, product = {}, afterCall, also } = given;
  const stage: Stage = simulatedCell({
    ...{ seed: 1, start: TROUBLED_START, weather: { ...CROSSED, ...weather }, hub: hubOfTroubled(), product },
    afterCall: (name, port, life) => afterCall?.(stage, `${name} ${port}`, life),
  });
  for (const name of TROUBLED_NAMES) addDatabase(stage, name, hours);
  const until = TROUBLED_START + hours * HOUR;
  proveCell(stage, 'tag');
  beginSchedule(stage, until);
  also?.(stage);
  await stage.time.runUntil(until);
  return stage;
}

/** A run that was asked for by the policy before begins after the dispatcher has seen the other one. */
const CROSSED: Weather = {
  ...calmWeather(1),
  deliver: (name, about, at) => {
    const isCrossed = name === 'remediate' && at > OTHER_POLICY_AT && at < OTHER_POLICY_AT + 2 * MINUTE;
    return isCrossed ? { delaysMs: [55 * SECOND] } : calmWeather(1).deliver(name, about, at);
  },
};

export function keyOfTroubled(stage: Stage, name: TroubledName): string {
  const found = [...stage.estate.databases.values()].find(({ history }) => history[0]?.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found.key;
}

/** The first period that begins after a moment. */
export function periodAfter(moment: number): number {
  return Math.ceil((moment + 1) / PERIOD_MS) * PERIOD_MS;
}

function hubOfTroubled(): Map<string, string> {
  return new Map([
    ['policies/default.json', '{}'],
    ['policies/other.json', '{}'],
    ['policies/broken.json', '{'],
    ['switch.json', '{"mode":"enforce"}'],
  ]);
}

function addDatabase(stage: Stage, name: TroubledName, hours: number): void {
  const { exportsLog, others, leakMs, policy } = TROUBLED[name];
  const group = Array.from({ length: others }, (_, at) => ({ name: `ship-${at}`, destination: `arn:${at}` }));
  const logGroup = logGroupOf({ name, capacity: null });
  stage.logs.groups.set(logGroup, group);
  stage.journal.others.set(logGroup, JSON.stringify(group));
  const state = {
    at: TROUBLED_START - MINUTE,
    exists: true,
    name,
    tag: 'enforce',
    policy,
    status: 'available',
    capacity: null,
  };
  const resource = `db-${name.toUpperCase()}`;
  const database = stage.estate.create(resource, { ...state, exportsLog }, 60);
  stage.time.at(ACCEPTED_AT, () => acceptDatabase(stage, database.key));
  if (name === 'storm') stage.time.at(OTHER_POLICY_AT, () => change(stage, database, { policy: 'other' }));
  if (leakMs !== null) leakFor(stage, database, leakMs, hours * HOUR);
}
