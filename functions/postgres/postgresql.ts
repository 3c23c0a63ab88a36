import type { Dialect } from './dialect.ts';
import { readConfiguration } from './read-doctor-facts.ts';
import { readSnapshot } from './read-snapshot.ts';
import { TERMINATE_SESSIONS } from './sql/terminate-sessions.ts';

/** PostgreSQL itself, by whomever it is run. */
export function postgresql(versionNumber: number): Dialect {
  return {
    flavor: 'postgresql',
    readSnapshot: (query, told) => readSnapshot(query, versionNumber, told),
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
