import { serverTimeMs } from '../base/server-time.ts';
import { quoteLiteral } from '../base/sql-text.ts';
import { counted, listText } from '../base/words.ts';
import type { Cause } from '../diagnosis/cause.ts';
import { isHypothetical, mayHaveEnded, terminationsOf } from '../run/terminations.ts';
import type { Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts, KnownCulprit } from './advice-facts.ts';
import { idleProtection } from './bystanders.ts';

/** Statements for more sessions are not read at night. */
const MOST_SESSIONS = 20;
/** A session that became idle more recently belongs to a pool that works. */
const LEAST_IDLE_MS = 60_000;

/** Under these causes idle sessions hold slots for nothing. */
const HELD_IDLE: ReadonlySet<Cause> = new Set(['connection-leak', 'oversized-idle-pools', 'developer-tools']);

/**
 * How a person frees slots when no run does: because it only observes, is paused, or found too few sessions
 * that the policy lets it end. First a look, then an end of exactly these sessions.
 */
export function freeNow(facts: AdviceFacts): readonly Advice[] {
  const sessions = longestIdle(facts);
  const [first] = sessions;
  const seenMs = serverTimeMs(facts.snapshot.takenAt);
  if (first === undefined || seenMs === null) return [];
  const seen = `${new Date(seenMs).toISOString().slice(11, 19)} UTC`;
  const names = listText([...new Set(blamed(facts).map(({ name }) => name))]);
  const these = sessions.length === 1 ? 'this idle session' : `these ${sessions.length} idle sessions`;
  const exactly = counted(sessions.length, 'session');
  const slots = `${counted(sessions.length, 'slot')} of the ${missingSlots(facts)} that are missing`;
  return [
    {
      ...forOperator(`Look at ${these} of ${names} (seen at ${seen}):`, look(sessions)),
      isNow: true,
    },
    {
      ...forOperator(
        `If nobody needs them, end exactly ${exactly === '1 session' ? 'this session' : `these ${exactly}`}. That frees ${slots}. A session that was used or replaced after ${seen} is left alone.`,
        guardedEnd(sessions, facts.snapshot),
      ),
      isNow: true,
    },
  ];
}

function blamed({ culprits, diagnosis }: AdviceFacts): readonly KnownCulprit[] {
  return culprits.filter(({ cause }) => cause === diagnosis.cause && HELD_IDLE.has(cause));
}

/** What the server still lacks after the run. */
function missingSlots({ record, slots }: AdviceFacts): number {
  if (!slots.under) return 0;
  const ended = isHypothetical(record) ? 0 : terminationsOf(record).filter(mayHaveEnded).length;
  return slots.need - ended;
}

function longestIdle(facts: AdviceFacts): readonly Session[] {
  const { record, snapshot } = facts;
  const missing = missingSlots(facts);
  const isOpen = isHypothetical(record) || record.outcome === 'partial' || record.outcome === 'no-candidates';
  const ended = new Set(record.attempts.map(({ pid }) => pid));
  if (!isOpen || missing <= 0) return [];
  const protection = idleProtection(snapshot, record.policy);
  return blamed(facts)
    .flatMap(({ sessions }) => sessions)
    .filter(({ state, stateAgeMs }) => state === 'idle' && (stateAgeMs ?? 0) >= LEAST_IDLE_MS)
    .filter((session) => isKnown(session) && !ended.has(session.pid ?? 0) && protection(session) === null)
    .toSorted((a, b) => (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0) || (a.pid ?? 0) - (b.pid ?? 0))
    .slice(0, Math.min(MOST_SESSIONS, missing));
}

/** Without all of this nothing tells a session that woke up, or a later one with the same pid. */
function isKnown({ pid, sessionId, backendStart, stateChange }: Session): boolean {
  return pid !== null && sessionId === null && backendStart !== null && stateChange !== null;
}

/** The command shows what it would end, and ends nothing without --apply. */
function look(sessions: readonly Session[]): Advice['paste'] {
  const pids = sessions.map(({ pid }) => pid);
  return sqlPaste([
    'SELECT pid, application_name, state, state_change, left(query, 40)',
    `FROM pg_stat_activity WHERE pid IN (${pids.join(', ')}) ORDER BY state_change;`,
    `-- or: headroom terminate ${pids.join(' ')} --url URL`,
  ]);
}

/** The condition of the guard of a run: the same process, in the same state since. Superusers stay. */
function guardedEnd(sessions: readonly Session[], { server }: Snapshot): Advice['paste'] {
  if (server.flavor === 'gaussdb') return undefined;
  const rows = sessions.map(
    ({ pid, backendStart, state, stateChange }) =>
      `  (${pid}, ${[backendStart, state, stateChange].map((text) => quoteLiteral(text ?? '')).join(', ')})`,
  );
  return sqlPaste([
    'SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity',
    "WHERE backend_type = 'client backend'",
    'AND usesysid NOT IN (SELECT oid FROM pg_roles WHERE rolsuper)',
    'AND (pid, backend_start, state, state_change) IN (',
    ...rows.map((row, at) => `${row}${at === rows.length - 1 ? ');' : ','}`),
  ]);
}
