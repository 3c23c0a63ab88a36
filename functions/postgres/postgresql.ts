import type { Dialect } from './dialect.ts';
import { readConfiguration } from './read-doctor-facts.ts';
import { readSnapshot } from './read-snapshot.ts';
import { TERMINATE_SESSION } from './sql/terminate-session.ts';

/** PostgreSQL itself, by whomever it is run. */
export function postgresql(versionNumber: number): Dialect {
  return {
    flavor: 'postgresql',
    readSnapshot: (query, told) => readSnapshot(query, versionNumber, told),
    readConfiguration,
    guard: ({ pid, backendStart, state, stateChange }) => ({
      text: TERMINATE_SESSION,
      values: [pid, backendStart, state, stateChange],
    }),
  };
}
