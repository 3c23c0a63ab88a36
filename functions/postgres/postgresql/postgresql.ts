import type { Counted, Dialect } from '../connection/dialect.ts';
import { nullIfForbidden } from '../connection/null-if-forbidden.ts';
import { tryRunLock } from '../connection/try-run-lock.ts';
import { readConfiguration } from './read-doctor-facts.ts';
import { readSnapshot } from './read-snapshot.ts';
import { COUNT_SLOTS } from './sql/count-slots.ts';
import { TERMINATE_SESSIONS } from './sql/terminate-sessions.ts';

/** PostgreSQL itself, run by anyone. */
export function postgresql(versionNumber: number): Dialect {
  return {
    flavor: 'postgresql',
    tryLock: tryRunLock,
    countSlots: async (query) => ((await nullIfForbidden(query(COUNT_SLOTS)))?.[0] ?? null) as Counted | null,
    readSnapshot: (query, tell) => readSnapshot(query, versionNumber, tell),
    readConfiguration,
    guards: (victims) => [
      {
        victims,
        text: TERMINATE_SESSIONS,
        values: [
          victims.map(({ pid }) => pid),
          victims.map(({ backendStart }) => backendStart),
          victims.map(({ state }) => state),
          victims.map(({ stateChange }) => stateChange),
        ],
      },
    ],
  };
}
