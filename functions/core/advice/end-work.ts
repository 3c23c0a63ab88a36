import { ageText, counted } from '../base/words.ts';
import { workProtection } from '../plan/by-hand-protection.ts';
import type { Session } from '../server/session.ts';
import { isWaitingForWal, waitingForStandby, waitingForWal } from '../server/waiting-for-standby.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { endByHand, exactly, isKnown, isToldToEnd, MOST_BY_HAND, sessionName } from './end-by-hand.ts';
import { missingSlots } from './end-idle.ts';

/** A person judges each statement before it is cancelled. */
const FEWEST_SESSIONS = 3;

/** The longest statements of the sessions that hold slots. A cancel keeps the session. */
export function cancelLongest(facts: AdviceFacts): readonly Advice[] {
  const running = endable(
    facts,
    (session) => session.state === 'active' && session.waitEvent !== 'SyncRep' && !isWaitingForWal(session),
  );
  const longest = running.slice(0, FEWEST_SESSIONS);
  const [first] = longest;
  if (first === undefined) return [];
  const these = longest.length === 1 ? 'it' : `these ${longest.length} statements`;
  return endByHand(facts, {
    sessions: longest,
    act: 'cancel',
    while: 'state',
    look: `pg-headroom never ends active work. You can: ${sessionName(first)} has run longest (${ageText(first.queryAgeMs ?? 0)}). Look at ${these}`,
    next: `If nobody needs the answers, cancel ${longest.length === 1 ? 'exactly this statement' : `exactly these ${longest.length} statements`}. A cancel keeps the session; ending it too frees ${counted(longest.length, 'slot')}.`,
  });
}

/** Commits that wait for a standby: what holds them up is on the other server. */
export function askStandby({ culprits }: AdviceFacts): readonly Advice[] {
  const waiting = waitingForStandby(culprits.flatMap(({ sessions }) => sessions));
  if (waiting.length === 0) return [];
  const text = `${counted(waiting.length, 'session waits', 'sessions wait')} until a synchronous standby confirms a COMMIT (SyncRep). Do not cancel them: a cancel gives up the replication of that COMMIT. See which standby is missing. If it stays away, take it out of synchronous_standby_names and reload: all of them then go on.`;
  const see = [
    'SHOW synchronous_standby_names;',
    'SELECT application_name, state, sync_state, replay_lag FROM pg_stat_replication;',
  ];
  return [{ ...forOperator(text, sqlPaste(see)), isNow: true }];
}

/** Readers that wait for this standby: what holds them up is its replay. */
export function askReplay({ culprits }: AdviceFacts): readonly Advice[] {
  const waiting = waitingForWal(culprits.flatMap(({ sessions }) => sessions));
  if (waiting.length === 0) return [];
  const text = `${counted(waiting.length, 'session waits', 'sessions wait')} in WAIT FOR LSN until this standby has the WAL that ${waiting.length === 1 ? 'it wants' : 'they want'} to read. They run no query. See why the standby is late: a paused replay, a query that replay waits for (max_standby_streaming_delay), or a receiver without a connection. A TIMEOUT in WAIT FOR bounds the wait.`;
  const see = [
    'SELECT pg_is_wal_replay_paused(), pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp();',
    'SELECT status, latest_end_time FROM pg_stat_wal_receiver;',
  ];
  return [{ ...forOperator(text, sqlPaste(see)), isNow: true }];
}

/** Transactions that were left open and still are. */
export function endOpenTransactions(facts: AdviceFacts): readonly Advice[] {
  const open = endable(facts, isLeft);
  const [first] = open;
  if (first === undefined) return [];
  const sessions = open.slice(0, countOf(facts));
  return endByHand(facts, {
    sessions,
    act: 'end',
    while: 'state',
    look: `${sessionName(first)} left a transaction open ${ageText(first.stateAgeMs ?? 0)} ago${open.length > 1 ? `, the oldest of ${open.length}` : ''}. A cancel does not reach it. Look at ${sessions.length === 1 ? 'it' : `the oldest ${sessions.length}`}`,
    next: `If no person works in them, end ${exactly(sessions)}: their changes are rolled back. That frees ${counted(sessions.length, 'slot')}.`,
  });
}

/**
 * Statements that wait for their client's input. A cancel or statement_timeout may have no effect on them
 * (PostgreSQL 16).
 */
export function endOwing(facts: AdviceFacts): readonly Advice[] {
  const owing = endable(facts, ({ state, waitEvent }) => state === 'active' && waitEvent === 'ClientRead');
  const [first] = owing;
  if (first === undefined) return [];
  const sessions = owing.slice(0, countOf(facts));
  return endByHand(facts, {
    sessions,
    act: 'end',
    while: 'state',
    look: `${sessionName(first)} waits for input from its client for ${ageText(first.queryAgeMs ?? 0)}${owing.length > 1 ? `, the longest of ${owing.length}` : ''}, as COPY FROM STDIN does. A cancel may do nothing: see whether the client still loads data. Look at ${sessions.length === 1 ? 'it' : `the longest ${sessions.length}`}`,
    next: `If the clients load no data, end ${exactly(sessions)}: what they have loaded is rolled back. That frees ${counted(sessions.length, 'slot')}.`,
  });
}

/** As many as the server lacks, but a few where it lacks none: they also hold locks. */
function countOf(facts: AdviceFacts): number {
  return Math.min(MOST_BY_HAND, Math.max(FEWEST_SESSIONS, missingSlots(facts)));
}

/** Sessions of the named programs in such a state that nothing protects, the one with the longest age first. */
function endable(facts: AdviceFacts, isIt: (session: Session) => boolean): readonly Session[] {
  const protection = workProtection(facts.snapshot);
  return facts.culprits
    .flatMap(({ sessions }) => sessions)
    .filter((each) => isIt(each) && isKnown(each) && !isToldToEnd(facts, each) && protection(each) === null)
    .toSorted((a, b) => ageOf(b) - ageOf(a) || (a.pid ?? 0) - (b.pid ?? 0));
}

function ageOf({ state, stateAgeMs, queryAgeMs }: Session): number {
  return (state === 'active' ? queryAgeMs : stateAgeMs) ?? 0;
}

export function isLeft({ state }: Session): boolean {
  return state === 'idle in transaction' || state === 'idle in transaction (aborted)';
}
