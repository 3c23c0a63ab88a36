import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { proofText } from '../../functions/core/fleet/cell-proof.ts';
import { OWN_FILTER } from '../../functions/core/fleet/trigger-rung.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { MINUTE, PERIOD_MS, SECOND } from './simulated-cell.ts';
import { type DatabaseState, logGroupOf, type SimulatedDatabase, stateAt } from './simulated-estate.ts';
import { advance, beginLeak, restart, type SimulatedServer, type Trouble } from './simulated-server.ts';
import type { Stage } from './stage.ts';

/** What people and machines do to a simulated cell. Each takes place at the present moment. */

export function change(
  stage: Stage,
  { key }: SimulatedDatabase,
  to: Partial<Omit<DatabaseState, 'at'>>,
): void {
  stage.estate.change(key, stage.time.now(), to);
}

/** Somebody else subscribes to the log of a database, under a name like ours. */
export function subscribeOther({ logs, journal }: Stage, database: SimulatedDatabase): void {
  const group = logGroupOf(lastOf(database));
  const before = logs.groups.get(group) ?? [];
  if (before.length > 1) return;
  const after = [...before, { name: `${OWN_FILTER}-archive`, destination: 'arn:archive' }];
  logs.groups.set(group, after);
  journal.others.set(group, JSON.stringify(after.filter(({ name }) => name !== OWN_FILTER)));
}

/** What a database is now. */
export function lastOf({ history }: SimulatedDatabase): DatabaseState {
  const last = history.at(-1);
  if (last === undefined) throw new Error('A database has a state.');
  return last;
}

export function setTrouble(server: SimulatedServer, trouble: Trouble): void {
  server.trouble = trouble;
}

/** A program opens sessions and forgets them, until somebody repairs it and restarts it. */
export function leakFor(stage: Stage, database: SimulatedDatabase, everyMs: number, forMs: number): void {
  const { time } = stage;
  const { server } = database;
  const until = time.now() + forMs;
  beginLeak(server, { everyMs }, time.now());
  const look = () => {
    const refused = advance(server, time.now());
    if (refused > 0) writeRefusals(stage, database, refused);
    if (time.now() < until) time.at(time.now() + LOOK_MS, look);
    else {
      server.leak = null;
      server.leaked.clear();
    }
  };
  time.at(time.now() + LOOK_MS, look);
}

const LOOK_MS = 5 * SECOND;

/** The server writes a line for each refused client. Logs deliver them to whoever has a filter. */
export function writeRefusals(stage: Stage, database: SimulatedDatabase, lines: number): void {
  const { time, logs, send, journal } = stage;
  const state = stateAt(database, time.now());
  if (state?.exportsLog !== true) return;
  const logGroup = logGroupOf(state);
  if (state.capacity === 0) journal.refusedAwake.push({ key: database.key, at: time.now() });
  const at = new Date(time.now()).toISOString();
  logs.lines.set(logGroup, [...(logs.lines.get(logGroup) ?? []).slice(-MOST_LINES), time.now()]);
  const who = {
    kind: 'unknown-53300',
    user: 'app',
    database: 'orders',
    address: '10.0.0.7',
    clients: 1,
  } as const;
  if (logs.groups.get(logGroup)?.some(({ name }) => name === OWN_FILTER) === true) {
    journal.heard.push({ key: database.key, at: time.now() });
    send.intake({
      ...{
        kind: 'log-lines',
        at,
        logGroup,
        logStream: state.name,
        lines,
        own: 0,
        elsewhere: 0,
        figures: null,
      },
      refused: [{ ...who, count: lines, first: at, last: at, times: [] }],
    });
  }
  if (logs.metricFilters.has(logGroup)) alarm(stage);
}

/** More than ten minutes have, and each alarm looks back so far. */
const MOST_LINES = 150;

const ALARMED = new WeakMap<Stage, number>();

/** The alarm of the metric filters looks once a minute, and acts when it goes on. */
function alarm(stage: Stage): void {
  const { time, send } = stage;
  const now = time.now();
  const isOn = now - (ALARMED.get(stage) ?? Number.NEGATIVE_INFINITY) < 2 * MINUTE;
  ALARMED.set(stage, now);
  if (!isOn) time.at(Math.ceil(now / MINUTE) * MINUTE, () => send.dispatch({ kind: 'alarm' }));
}

/** A person pauses one database for a while. */
export async function pauseDatabase(stage: Stage, key: string, forMs: number): Promise<void> {
  const { time, tables, journal } = stage;
  const [at, until] = [time.now(), time.now() + forMs];
  const paused = { at: isoOf(at), by: 'anna', reason: null, until: isoOf(until) };
  const known = tables.memory.get(key) ?? NOTHING_REMEMBERED;
  tables.memory.set(key, { ...known, paused, version: known.version + 1 });
  journal.stops.push({ key, from: at, until });
}

/** A person pauses the whole cell. */
export function pauseCell(stage: Stage, forMs: number): void {
  const { time, tables, journal } = stage;
  const [at, until] = [time.now(), time.now() + forMs];
  const people = JSON.stringify({
    mode: 'observe',
    by: 'anna',
    at: isoOf(at),
    reason: null,
    until: isoOf(until),
  });
  tables.registry.set(CELL_KEYS.switch, { ...tables.registry.get(CELL_KEYS.switch), people });
  journal.stops.push({ key: null, from: at, until });
}

/** A person proves that logins go by the tag, or says that login roles name ids, or the proof fails. */
export function proveCell({ time, tables, journal }: Stage, kind: 'tag' | 'ids' | 'failed'): void {
  const at = time.now();
  const proof = proofText({ kind, by: 'anna', at: isoOf(at), database: null, why: null });
  tables.registry.set(CELL_KEYS.switch, { ...tables.registry.get(CELL_KEYS.switch), proof });
  journal.proofs.push({ at, isProven: kind !== 'failed' });
}

/** The cell as an older version left it: no proof was asked for. */
export function forgetProof({ time, tables, journal }: Stage): void {
  const { proof: _, ...others } = tables.registry.get(CELL_KEYS.switch) ?? {};
  tables.registry.set(CELL_KEYS.switch, others);
  journal.proofs.push({ at: time.now(), isProven: false });
}

/** A person ends the quarantine of a database that is in the registry. */
export function acceptDatabase(stage: Stage, key: string): void {
  const { time, tables, journal } = stage;
  const texts = tables.registry.get(key);
  if (texts === undefined) return;
  tables.registry.set(key, { ...texts, accepted: JSON.stringify({ by: 'anna', at: isoOf(time.now()) }) });
  journal.accepted.push({ key, at: time.now() });
}

/** A snapshot of a database is restored: another resource, with the same tags. */
export function restoreAs(
  stage: Stage,
  source: SimulatedDatabase,
  resource: string,
  name: string,
  given: Partial<Pick<DatabaseState, 'capacity' | 'exportsLog'>> = {},
): SimulatedDatabase {
  const { time, estate, logs } = stage;
  const state = { ...lastOf(source), ...given, at: time.now(), name, exists: true };
  logs.groups.set(logGroupOf(state), []);
  return estate.create(resource, state, source.server.usable);
}

/** A server of Serverless v2 that nobody uses but a leak: it pauses. */
export function pauseServer(server: SimulatedServer): void {
  server.pauses = true;
  server.atWork = 0;
}

/** RDS moves a database to another class. It is available for most of the time, starts anew at the end, and has other slots then. */
export function resize(stage: Stage, database: SimulatedDatabase, factor: number): void {
  const { server } = database;
  const { time } = stage;
  change(stage, database, { status: 'modifying' });
  time.at(time.now() + RESIZED_MS, () => {
    setTrouble(server, 'refuses');
    restart(server);
    server.usable = Math.floor(server.usable * factor);
    time.at(time.now() + DOWN_MS, () => setTrouble(server, 'none'));
    time.at(time.now() + 2 * DOWN_MS, () => change(stage, database, { status: 'available' }));
  });
}

const RESIZED_MS = 25 * MINUTE;
const DOWN_MS = 2 * MINUTE;

/** Blue/green: the new one takes the name, the old one gets another. */
export function swap(stage: Stage, blue: SimulatedDatabase, green: SimulatedDatabase): void {
  const { name, capacity } = lastOf(blue);
  stage.journal.faults.push({
    kind: 'swap',
    key: blue.key,
    from: stage.time.now(),
    until: stage.time.now() + 2 * PERIOD_MS + 2 * MINUTE,
  });
  change(stage, blue, { name: `${name}-old1` });
  change(stage, green, { name });
  stage.logs.groups.set(logGroupOf({ name: `${name}-old1`, capacity }), []);
  restart(blue.server);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
