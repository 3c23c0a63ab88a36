import { quoteLiteral } from '../base/sql-text.ts';
import { ageText, counted, listText } from '../base/words.ts';
import { mayHaveEnded, terminationsOf } from '../run/terminations.ts';
import { groupName } from '../server/group-name.ts';
import { groupOf, isServerProcess, type Session } from '../server/session.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { workProtection } from './bystanders.ts';
import { type RootBlocker, rootBlocker } from './root-blocker.ts';

/** Statements for more sessions would be a list, not advice. */
const MOST_SESSIONS = 3;
/** The process of a standby that replays the primary's changes. */
const REPLAY = 'startup';
const SEE_PREPARED = ['SELECT gid, prepared, owner, database FROM pg_prepared_xacts ORDER BY prepared;'];

/** The session at the head of a queue for locks. We never end active work, so a person has to decide. */
export function endBlocker(facts: AdviceFacts): readonly Advice[] {
  const blocker = rootBlocker(facts.snapshot.sessions, facts.snapshot.locks);
  if (blocker === null) return [];
  if (blocker.session === null)
    return [
      forOperator(
        `${counted(blocker.waiting, 'session waits', 'sessions wait')} for a lock that a prepared transaction holds. End each old one with COMMIT PREPARED or ROLLBACK PREPARED:`,
        sqlPaste(SEE_PREPARED),
      ),
    ];
  const { session } = blocker;
  if (hasEnded(facts, session) || !isKnown(session)) return [];
  if (session.backendType === REPLAY)
    return [
      forOperator(
        `${nameOf(session)} blocks ${counted(blocker.waiting, 'session')}${guessOf(blocker)}. It replays changes of the primary, for example of a table, and holds the lock until that transaction ends on the primary. End it there: no statement on this server can.`,
      ),
    ];
  const named = [session, ...blocker.beside.slice(0, MOST_SESSIONS - 1)];
  const text = `${nameOf(session)} blocks ${counted(blocker.waiting, 'session')}${guessOf(blocker)} and ${doing(session)}.${besideOf(blocker, named)}${how(session)}`;
  const protection = workProtection(facts.snapshot, facts.record.policy);
  const mayName = (each: Session) => protection(each) === null;
  const known = named.filter(
    (each) => each !== null && isKnown(each) && !hasEnded(facts, each) && mayName(each),
  );
  return [forOperator(`${text}${wayIn(facts)}`, endPaste(known.filter((each) => each !== null)))];
}

/**
 * Sessions without a conflicting holder wait for those before them in the queue. Its order is not visible.
 */
function guessOf({ guessed }: RootBlocker): string {
  return guessed === 0 ? '' : ` (for ${guessed} of them this is a guess, by their place in the queue)`;
}

function besideOf({ beside }: RootBlocker, named: readonly (Session | null)[]): string {
  if (beside.length === 0) return '';
  const names = named.slice(1).map((each) => (each === null ? 'a prepared transaction' : nameOf(each)));
  const more = beside.length - names.length;
  const others = listText([...names, ...(more > 0 ? [`${more} more`] : [])]);
  return ` It holds the lock together with ${others}: the queue moves when all ${beside.length + 1} have ended.`;
}

/** The longest statements of the sessions that hold slots. */
export function cancelLongest(facts: AdviceFacts): readonly Advice[] {
  const running = facts.culprits
    .flatMap(({ sessions }) => sessions)
    .filter((session) => session.state === 'active' && session.queryAgeMs !== null && isKnown(session))
    .sort((a, b) => (b.queryAgeMs ?? 0) - (a.queryAgeMs ?? 0) || (a.pid ?? 0) - (b.pid ?? 0));
  const longest = running.slice(0, MOST_SESSIONS);
  const [first] = longest;
  if (first === undefined) return [];
  const text = `pg-headroom never ends active work. You can: ${nameOf(first)} has run longest (${ageText(first.queryAgeMs ?? 0)}). Cancel it; terminate only if that fails.`;
  return [forOperator(`${text}${wayIn(facts)}`, endPaste(longest))];
}

/** Transactions that were left open and still are. */
export function endOpenTransactions(facts: AdviceFacts): readonly Advice[] {
  const open = facts.culprits
    .flatMap(({ sessions }) => sessions)
    .filter((session) => isLeft(session) && isKnown(session) && !hasEnded(facts, session))
    .sort((a, b) => (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0) || (a.pid ?? 0) - (b.pid ?? 0));
  const [first] = open;
  if (first === undefined) return [];
  const text = `${nameOf(first)} left a transaction open ${ageText(first.stateAgeMs ?? 0)} ago${open.length > 1 ? `, the oldest of ${open.length}` : ''}. A cancel does not reach it: terminate it if no person works in it.`;
  return [forOperator(`${text}${wayIn(facts)}`, endPaste(open.slice(0, MOST_SESSIONS)))];
}

/**
 * Statements that wait for their client's input. A cancel or statement_timeout may have no effect on them
 * (PostgreSQL 16).
 */
export function endOwing(facts: AdviceFacts): readonly Advice[] {
  const owing = facts.culprits
    .flatMap(({ sessions }) => sessions)
    .filter((session) => isOwing(session) && isKnown(session) && !hasEnded(facts, session))
    .sort((a, b) => (b.queryAgeMs ?? 0) - (a.queryAgeMs ?? 0) || (a.pid ?? 0) - (b.pid ?? 0));
  const [first] = owing;
  if (first === undefined) return [];
  const text = `${nameOf(first)} waits for input from its client for ${ageText(first.queryAgeMs ?? 0)}${owing.length > 1 ? `, the longest of ${owing.length}` : ''}, as COPY FROM STDIN does. A cancel may do nothing: see whether the client still loads data, and end the session if it does not.`;
  return [forOperator(`${text}${wayIn(facts)}`, endPaste(owing.slice(0, MOST_SESSIONS), false))];
}

function isOwing({ state, waitEvent }: Session): boolean {
  return state === 'active' && waitEvent === 'ClientRead';
}

function isLeft({ state }: Session): boolean {
  return state === 'idle in transaction' || state === 'idle in transaction (aborted)';
}

function hasEnded({ record }: AdviceFacts, { pid }: Session): boolean {
  if (record.mode !== 'enforce') return false;
  return terminationsOf(record).some((tried) => tried.session.pid === pid && mayHaveEnded(tried));
}

function nameOf(session: Session): string {
  const name = isServerProcess(session) ? session.backendType : groupName(groupOf(session));
  return `pid ${session.pid} (${name})`;
}

function doing({ state, stateAgeMs, queryAgeMs, transactionAgeMs }: Session): string {
  if (state === 'active') return `has run its statement for ${ageText(queryAgeMs ?? 0)}`;
  return `has been ${state ?? 'in an unknown state'} for ${ageText(stateAgeMs ?? transactionAgeMs ?? 0)}`;
}

function how(session: Session): string {
  if (isLeft(session)) return ' A cancel does not reach it: terminate it if no person works in it.';
  return ' Cancel it; terminate only if that fails.';
}

/** How a person can connect to do that. */
function wayIn({ snapshot }: AdviceFacts): string {
  const { superuserReserved } = snapshot.slots;
  if (snapshot.server.provider !== null || superuserReserved === 0) return '';
  return ` A superuser can log in on ${counted(superuserReserved, 'reserved slot')}.`;
}

/** The server uses pids again, so that each statement also checks the start of the session. */
function endPaste(
  sessions: readonly Session[],
  cancels = sessions.some((session) => !isLeft(session)),
): Advice['paste'] {
  const pooled = sessions.some(({ sessionId }) => sessionId !== null);
  const terminate = pooled ? 'pg_terminate_session(pid, sessionid)' : 'pg_terminate_backend(pid)';
  const pairs = sessions.map(
    ({ pid, sessionId, backendStart }) => `(${sessionId ?? pid}, ${quoteLiteral(backendStart ?? '')})`,
  );
  return sqlPaste([
    `SELECT ${cancels ? 'pg_cancel_backend(pid)' : terminate} FROM pg_stat_activity`,
    `WHERE (${pooled ? 'sessionid' : 'pid'}, backend_start) IN (`,
    ...pairs.map((pair, at) => `  ${pair}${at === pairs.length - 1 ? ');' : ','}`),
    ...(cancels ? [`-- what stays: the same with ${terminate}`] : []),
  ]);
}

/** Whether a later session with the same pid could be told apart. */
function isKnown({ pid, backendStart }: Session): boolean {
  return pid !== null && backendStart !== null;
}
