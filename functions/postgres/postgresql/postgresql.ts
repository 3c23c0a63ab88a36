import type { Counted, Dialect } from '../connection/dialect.ts';
import { nullIfForbidden } from '../connection/null-if-forbidden.ts';
import type { Query } from '../connection/query.ts';
import { tryRunLock } from '../connection/try-run-lock.ts';
import { readConfiguration } from './read-doctor-facts.ts';
import { readSnapshot } from './read-snapshot.ts';
import { COUNT_SLOTS } from './sql/count-slots.ts';
import { TERMINATE_SESSIONS } from './sql/terminate-sessions.ts';

/** One session with PostgreSQL itself, run by anyone. */
export function postgresql(versionNumber: number): Dialect {
  let isFirst = true;
  return {
    flavor: 'postgresql',
    tryLock: tryRunLock,
    countSlots,
    readSnapshot: (query, tell) => readSnapshot(query, versionNumber, tell),
    readConfiguration,
    guards: (victims) => {
      const values = [
        victims.map(({ pid }) => pid),
        victims.map(({ backendStart }) => backendStart),
        victims.map(({ state }) => state),
        victims.map(({ stateChange }) => stateChange),
        isFirst,
      ];
      isFirst = false;
      return [{ victims, text: TERMINATE_SESSIONS, values }];
    },
  };
}

async function countSlots(query: Query): Promise<Counted | null> {
  const rows = await nullIfForbidden(query(COUNT_SLOTS, [], 'once'));
  if (rows === null) return null;
  const [since, locked, hidden, used] = (
    rows[0] as { readonly n: readonly [string, boolean, boolean, number] }
  ).n;
  return { since, locked, hidden, used };
}
