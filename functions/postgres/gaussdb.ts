import type { Client } from 'pg';
import type { Session } from '../core/session.ts';
import type { Dialect, Guard } from './dialect.ts';
import { readGaussdbSnapshot } from './read-gaussdb-snapshot.ts';
import { BOUND_SESSION, READ_TRAITS } from './sql/gaussdb/bound-session.ts';
import { TERMINATE_BACKEND } from './sql/gaussdb/terminate-backend.ts';
import { TERMINATE_SESSION } from './sql/gaussdb/terminate-session.ts';

/** What a GaussDB has that another lacks. */
export type Traits = {
  /** openGauss and GaussDB, whose sessions may share threads; not GaussDB(DWS). */
  readonly hasSessionIds: boolean;
  /** Whether it can tell of coordinators, as a distributed one. */
  readonly hasCoordinators: boolean;
};

/** Bounds our session with a GaussDB and learns what it has. */
export async function boundGaussdb(
  client: Client,
  statementTimeoutMs: number,
  idleTimeoutMs: number,
): Promise<Dialect> {
  const values = [`${statementTimeoutMs}ms`, `${idleTimeoutMs / 1_000}s`];
  const [, { rows }] = await Promise.all([
    client.query({ text: BOUND_SESSION, values }),
    client.query(READ_TRAITS),
  ]);
  return gaussdb(rows[0] as Traits, statementTimeoutMs);
}

function gaussdb(traits: Traits, statementTimeoutMs: number): Dialect {
  return {
    flavor: 'gaussdb',
    countSlots: null,
    readSnapshot: readGaussdbSnapshot(traits, statementTimeoutMs),
    readConfiguration: async () => null,
    guards: (victims) => victims.map(guardOf),
  };
}

function guardOf(victim: Session): Guard {
  const { pid, sessionId, backendStart, state, stateChange } = victim;
  return {
    victims: [victim],
    text: sessionId === null ? TERMINATE_BACKEND : TERMINATE_SESSION,
    values: [sessionId ?? pid, backendStart, state, stateChange],
  };
}
