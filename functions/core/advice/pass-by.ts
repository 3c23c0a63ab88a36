import { ageText, counted } from '../base/words.ts';
import { workProtection } from '../plan/by-hand-protection.ts';
import { firstWaiters } from '../server/first-waiters.ts';
import { lockGraphOf } from '../server/lock-graph.ts';
import { isServerProcess, type Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { endByHand, isKnown, isToldToEnd, sessionName } from './end-by-hand.ts';
import type { RootBlocker } from './root-blocker.ts';

const SEE_PREPARED = ['SELECT gid, prepared, owner, database FROM pg_prepared_xacts ORDER BY prepared;'];

/**
 * For a queue whose head no advice ends: a prepared transaction, a process of the server, replication, or
 * what the built-in protections know. What the head is comes first, then the statement that makes the queue.
 */
export function passBy(
  facts: AdviceFacts,
  blocker: RootBlocker,
  protectedAs: string | null,
): readonly Advice[] {
  const head = headAdvice(blocker, protectedAs);
  return [{ ...head, isNow: true }, ...endFirst(facts, blocker)];
}

function headAdvice({ session, waiting }: RootBlocker, protectedAs: string | null): Advice {
  if (session === null)
    return forOperator(
      `${counted(waiting, 'session waits', 'sessions wait')} for a lock that a prepared transaction holds. End each old one with COMMIT PREPARED or ROLLBACK PREPARED:`,
      sqlPaste(SEE_PREPARED),
    );
  const blocks = `${sessionName(session)} blocks ${counted(waiting, 'session')}`;
  if (!isServerProcess(session) && session.backendType !== 'walsender')
    return forOperator(
      `${blocks}. Do not end it: it is protected (${protectedAs ?? 'unknown'}). Ask its owner.`,
    );
  const { words, paste } = wordsFor(session);
  return forOperator(`${blocks}. ${words}`, paste && sqlPaste(paste));
}

type Words = { readonly words: string; readonly paste?: readonly string[] };

/** What a head that is no client does, and what ends it. */
function wordsFor({ backendType, lastStatement, pid }: Session): Words {
  const type = backendType ?? '';
  if (type === 'autovacuum worker') return { words: autovacuumWords(lastStatement ?? '') };
  if (type === 'startup')
    return {
      words:
        'It replays changes of the primary, for example of a table, and holds the lock until that transaction ends on the primary. End it there: no statement on this server can.',
    };
  if (type === 'walsender')
    return {
      words:
        'It is a replication connection, such as the first copy of a table for a subscriber. Do not end it: the copy would begin again. See what it sends:',
      paste: ['SELECT pid, application_name, state, backend_start FROM pg_stat_replication;'],
    };
  if (type.startsWith('logical replication'))
    return {
      words:
        'It applies changes of a publisher and holds the lock until that transaction is applied. Do not end it: the subscription starts it again. ALTER SUBSCRIPTION with DISABLE stops it.',
    };
  if (type === 'parallel worker')
    return {
      words: 'It works for another session, which holds the lock. That one is to be ended:',
      paste: [`SELECT leader_pid FROM pg_stat_activity WHERE pid = ${pid};`],
    };
  return {
    words: `It is the server's own process and goes on by itself. Do not end it: if it has held the lock for long, the server or the extension that started it has a problem of its own.`,
  };
}

function autovacuumWords(statement: string): string {
  return /to prevent wraparound/.test(statement)
    ? 'It prevents wraparound, so it does not give way. If you end it, it starts again. Let it finish.'
    : 'It gives way by itself after deadlock_timeout (1 s by default), unless it prevents wraparound. If you end it, it starts again.';
}

/** The statement that waits first: the others could go on beside the head, but not beside what it asks for. */
function endFirst(facts: AdviceFacts, { session, waiting }: RootBlocker): readonly Advice[] {
  const first = firstBehind(facts.snapshot, session?.pid ?? 0);
  const [waiter] = first;
  if (waiter === undefined) return [];
  const behind = waiting - first.length;
  const protection = workProtection(facts.snapshot);
  const sessions = first.filter(
    (each) => isKnown(each) && !isToldToEnd(facts, each) && protection(each) === null,
  );
  const makes = `${sessionName(waiter)} makes the queue: it has waited first for ${ageText(waiter.queryAgeMs ?? 0)}, for a lock that shuts out the ${behind} behind it, as ALTER TABLE does.`;
  if (sessions.length === 0)
    return [
      {
        ...forOperator(
          `${makes} It is protected (${protection(waiter) ?? 'unknown'}): ask its owner to stop it.`,
        ),
        isNow: true,
      },
    ];
  return endByHand(facts, {
    sessions,
    act: 'cancel',
    while: 'state',
    look: `${makes} Look at it`,
    next: `Cancel exactly ${sessions.length === 1 ? 'this statement' : `these ${sessions.length} statements`}, and run it later with a lock_timeout. Then the ${behind} behind it go on.`,
  });
}

function firstBehind(snapshot: Snapshot, head: number): readonly Session[] {
  const { sessions, locks = [] } = snapshot;
  const graph = lockGraphOf(snapshot);
  const waiting = sessions.filter(({ pid }) => graph.isWaiting(pid));
  return firstWaiters(locks, waiting, new Set([head]));
}
