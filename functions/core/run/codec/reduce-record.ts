import { largestNeeds } from '../../plan/largest-needs.ts';
import { mayHold, minimalStatement } from '../../server/held-by-statement.ts';
import { HIDDEN_STATEMENT, identityOf, type Session } from '../../server/session.ts';
import type { Pressure } from '../../server/slots.ts';
import type { Refusal, Snapshot } from '../../server/snapshot.ts';
import { statementShape } from '../../server/statement-shape.ts';
import { retakenSlots } from '../newcomers.ts';
import type { Attempt, Reading, Reduction, RunRecord } from '../record.ts';
import { mapSessions } from './record-sessions.ts';

/** As many entries of a list as people read. */
const MOST_ITEMS = 20;

/** Leaves out one part of a record. Null when the record has nothing of it. */
type Reduce = (record: RunRecord) => RunRecord | null;

/**
 * What is left out of a record that is too large, in this order. After that, as few names as possible: see
 * `record-names.ts`.
 */
export const REDUCTIONS: readonly { readonly name: Exclude<Reduction, 'names'>; readonly apply: Reduce }[] = [
  { name: 'statements', apply: withoutStatements },
  { name: 'details', apply: (record) => mapSpared(record, withoutDetails) },
  { name: 'pooler', apply: withoutPoolerClients },
  { name: 'locks', apply: withoutLocks },
  { name: 'spared sessions', apply: withoutSpared },
  { name: "victims' details", apply: withoutVictimsDetails },
  { name: 'limits', apply: withoutLimits },
  { name: 'long texts', apply: withoutLongTexts },
];

/**
 * Limits that no session counts for refuse no client. A server may have 20,000 of them, so they are always
 * left out.
 */
export function withoutUnusedLimits(record: RunRecord): RunRecord {
  const { snapshot, plan } = record;
  if (snapshot === null) return record;
  const { sessions, slots } = snapshot;
  const scopes = plan?.pressure.flatMap(({ scope }) =>
    scope.kind === 'server' ? [] : [`${scope.kind} ${scope.name}`],
  );
  const used = new Set([
    ...sessions.flatMap(({ user, database }) => [`role ${user}`, `database ${database}`]),
    ...(scopes ?? []),
  ]);
  const roles = slots.roles.filter(({ name }) => used.has(`role ${name}`));
  const databases = slots.databases.filter(({ name }) => used.has(`database ${name}`));
  return { ...record, snapshot: { ...snapshot, slots: { ...slots, roles, databases } } };
}

/** Statements of victims share this many bytes. Shortened ones end with an ellipsis. */
const VICTIMS_STATEMENTS_BYTES = 20_000;
/** A shorter beginning of a statement would tell nothing. */
const LEAST_STATEMENT_BYTES = 16;

function withoutStatements(record: RunRecord): RunRecord | null {
  const spared = mapSpared(record, withoutStatement);
  const statements = new Set(record.plan?.victims.map(({ session }) => session.lastStatement ?? ''));
  const bytes = [...statements].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (spared === null || bytes <= VICTIMS_STATEMENTS_BYTES) return spared;
  const each = Math.floor(VICTIMS_STATEMENTS_BYTES / statements.size);
  return mapSessions(spared, (session) => ({
    ...session,
    lastStatement: shortened(session.lastStatement, each),
  }));
}

function shortened(text: string | null, bytes: number): string | null {
  if (text === null || text === HIDDEN_STATEMENT || Buffer.byteLength(text) <= bytes) return text;
  if (bytes < LEAST_STATEMENT_BYTES) return null;
  // Cutting inside a character leaves a replacement character, which is removed as well.
  return `${Buffer.from(text)
    .subarray(0, bytes)
    .toString()
    .replace(/\uFFFD+$/, '')}…`;
}

/** What the session holds by its statement stays: it protects the session from the advice as well. */
function withoutStatement(session: Session): Session {
  const { lastStatement } = session;
  if (lastStatement === null || lastStatement === HIDDEN_STATEMENT) return session;
  const held = mayHold(lastStatement) ? minimalStatement(statementShape(lastStatement)) : null;
  return { ...session, lastStatement: held };
}

/** What tells which client holds a slot stays: identity, names, state and its age. */
function withoutDetails(session: Session): Session {
  return {
    ...session,
    stateChange: null,
    transactionAgeMs: null,
    queryAgeMs: null,
    waitEvent: null,
    blockedBy: [],
  };
}

function mapSpared(record: RunRecord, change: (session: Session) => Session): RunRecord | null {
  if (record.snapshot === null) return null;
  const victims = new Set(record.plan?.victims.map(({ session }) => session));
  return mapSessions(record, (session) => (victims.has(session) ? session : change(session)));
}

/**
 * Which sessions of this server are the pooler's stays, because it protects them. Some of many pools would add up to
 * wrong sums, so all of them go.
 */
function withoutPoolerClients(record: RunRecord): RunRecord | null {
  const { snapshot } = record;
  if (!snapshot?.pooler) return null;
  const { clients, sessions, pools } = snapshot.pooler;
  if (clients.length === 0 && sessions.length === 0 && pools.length <= MOST_ITEMS) return null;
  const shown = new Set(snapshot.sessions.map(({ pid }) => pid));
  const pooler = {
    ...snapshot.pooler,
    clients: [],
    pools: pools.length <= MOST_ITEMS ? pools : [],
    sessions: sessions
      .filter(({ pid }) => shown.has(pid))
      .map(({ pid }) => ({ pid, user: '', client: null })),
  };
  // A pooler that takes no more clients has no count of them, and is the more important refusal.
  const weightOf = ({ name, count }: Refusal) => (name === null ? Number.MAX_SAFE_INTEGER : count);
  const refusals = snapshot.refusals.toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, MOST_ITEMS);
  return { ...record, snapshot: { ...snapshot, refusals, pooler } };
}

function withoutLocks(record: RunRecord): RunRecord | null {
  const { snapshot } = record;
  if (!snapshot?.locks?.length) return null;
  const { locks: _, ...rest } = snapshot;
  return { ...record, snapshot: rest };
}

/**
 * The spared sessions are then only in the log of `remediate`. The sessions stay in the order in which they
 * were told to end.
 */
function withoutSpared(record: RunRecord): RunRecord | null {
  const { snapshot, plan } = record;
  if (snapshot === null) return null;
  const order = new Map(
    [...(plan?.victims ?? []).map(({ session }) => session), ...record.attempts].map((each) => [
      identityOf(each),
      0,
    ]),
  );
  for (const [at, identity] of [...order.keys()].entries()) order.set(identity, at);
  const placeOf = (session: Session) => order.get(identityOf(session)) ?? 0;
  const sessions = snapshot.sessions.filter((session) => order.has(identityOf(session)));
  return {
    ...record,
    snapshot: {
      ...snapshot,
      sessions: sessions.sort((a, b) => placeOf(a) - placeOf(b)),
      pooler: snapshot.pooler && { ...snapshot.pooler, sessions: [] },
    },
    plan: plan === null ? null : { ...plan, spared: [] },
    readings: record.readings.map((reading) => withoutNewcomers(reading, snapshot, record.attempts)),
  };
}

/** The number of re-taken slots is stored, because only `came` could tell it. */
function withoutNewcomers(reading: Reading, first: Snapshot, attempts: readonly Attempt[]): Reading {
  const counted = { ...reading, came: [] };
  return reading.phase === 'settled'
    ? { ...counted, retaken: retakenSlots(first, attempts, reading) }
    : counted;
}

function withoutVictimsDetails(record: RunRecord): RunRecord | null {
  if (record.snapshot === null) return null;
  return mapSessions(record, (session) => withoutDetails(withoutStatement(session)));
}

/** The limits with most need and the server's slots stay. */
function withoutLimits(record: RunRecord): RunRecord | null {
  const { snapshot, plan, readings } = record;
  if (snapshot === null) return null;
  const some = (pressure: readonly Pressure[]) => largestNeeds(pressure).first;
  return {
    ...record,
    snapshot: { ...snapshot, slots: { ...snapshot.slots, roles: [], databases: [] } },
    plan: plan === null ? null : { ...plan, pressure: some(plan.pressure) },
    readings: readings.map((reading) => ({ ...reading, pressure: some(reading.pressure) })),
  };
}

const MOST_CHARACTERS = 500;

/** Shortens the texts of the event and of problems. Sentences of ours are shorter anyway. */
function withoutLongTexts(record: RunRecord): RunRecord {
  const { trigger, why, problem, misconfigurations, connecting } = record;
  return {
    ...record,
    ...(clipped({ trigger, why, problem, misconfigurations, connecting }) as Partial<RunRecord>),
  };
}

function clipped(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(clipped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, clipped(each)]));
}
