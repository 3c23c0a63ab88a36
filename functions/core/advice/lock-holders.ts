import { isServerProgram } from '../server/client-technology.ts';
import { programNames } from '../server/programs-in.ts';
import { CLIENT_BACKEND } from '../server/session.ts';
import { type Advice, forDeveloper } from './advice.ts';
import { type AdviceFacts, clientsOf } from './advice-facts.ts';
import { endTransactionsOf } from './client-fix.ts';
import { rootBlocker } from './root-blocker.ts';
import { boundOpenTransactions, longTransactions } from './session-timeouts.ts';

const GIVE_UP = 'a lock_timeout, so that they give up before a queue forms behind them';

/** Settings that keep a lock from being held for so long again, chosen by what the holder did. */
export function blockerTimeouts(facts: AdviceFacts): readonly Advice[] {
  const { snapshot } = facts;
  const blocker = rootBlocker(snapshot);
  const session = blocker?.session ?? null;
  if (session?.backendType !== CLIENT_BACKEND || session.superuser !== false || blocker?.passesOn) return [];
  if (session.state === 'idle') return [];
  const role = session.user ?? '';
  if (session.state === 'active') return longTransactions(facts, role, session.transactionAgeMs ?? 0);
  return boundOpenTransactions(facts, role, session.stateAgeMs ?? 0);
}

/** What the owners of the holder can do. */
export function fixBlocker({ snapshot, sessionsOf }: AdviceFacts): readonly Advice[] {
  const blocker = rootBlocker(snapshot);
  const session = blocker?.session ?? null;
  if (blocker?.passesOn) return [forDeveloper(hotRow(blocker.waiting))];
  if (session === null) return [];
  if (session.backendType !== CLIENT_BACKEND || isServerProgram(session))
    return [forDeveloper(`For changes of tables, set ${GIVE_UP}.`)];
  const clients = clientsOf(programNames(snapshot)(session), sessionsOf);
  if (session.state === 'idle')
    return [
      forDeveloper(
        `Let ${clients.name} release its advisory lock (pg_advisory_unlock) in finally, or take it for a transaction only (pg_advisory_xact_lock).`,
      ),
    ];
  if (session.state !== 'active') return [endTransactionsOf(clients)];
  return [
    forDeveloper(
      `Let ${clients.name} work in batches and commit after each. For changes of tables, set ${GIVE_UP}.`,
    ),
  ];
}

function hotRow(waiting: number): string {
  return `${waiting} sessions wait for a lock that no session has held for 2 seconds: to end one helps nobody. Change rows that many clients need last in a transaction and commit at once, collect their changes in new rows, or let clients give up early (lock_timeout, NOWAIT, SKIP LOCKED).`;
}
