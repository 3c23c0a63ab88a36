import { programNames } from '../server/programs-in.ts';
import { isServerProcess } from '../server/session.ts';
import { type Advice, forDeveloper } from './advice.ts';
import { type AdviceFacts, clientsOf } from './advice-facts.ts';
import { endTransactionsOf } from './client-fix.ts';
import { rootBlocker } from './root-blocker.ts';
import { boundOpenTransactions, longTransactions } from './session-timeouts.ts';

const GIVE_UP = 'a lock_timeout, so that they give up before a queue forms behind them';

/** Settings that keep a lock from being held for so long again, chosen by what the holder did. */
export function blockerTimeouts(facts: AdviceFacts): readonly Advice[] {
  const { snapshot } = facts;
  const session = rootBlocker(snapshot.sessions, snapshot.locks)?.session ?? null;
  if (session === null || isServerProcess(session) || session.superuser !== false) return [];
  const role = session.user ?? '';
  if (session.state === 'active') return longTransactions(facts, role, session.transactionAgeMs ?? 0);
  return boundOpenTransactions(facts, role, session.stateAgeMs ?? 0);
}

/** What the owners of the holder can do. */
export function fixBlocker({ snapshot, sessionsOf }: AdviceFacts): readonly Advice[] {
  const session = rootBlocker(snapshot.sessions, snapshot.locks)?.session ?? null;
  if (session === null) return [];
  if (isServerProcess(session)) return [forDeveloper(`For changes of tables, set ${GIVE_UP}.`)];
  const clients = clientsOf(programNames(snapshot)(session), sessionsOf);
  if (session.state !== 'active') return [endTransactionsOf(clients)];
  return [
    forDeveloper(
      `Let ${clients.name} work in batches and commit after each. For changes of tables, set ${GIVE_UP}.`,
    ),
  ];
}
