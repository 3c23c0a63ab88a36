import type { Client } from 'pg';
import type { Session } from '../../core/server/session.ts';
import type { Dialect, Guard } from '../connection/dialect.ts';
import { foreignSettings } from '../connection/foreign-settings.ts';
import type { Target } from '../connection/target.ts';
import { tryGaussdbLock } from './gaussdb-lock.ts';
import { readGaussdbSnapshot } from './read-gaussdb-snapshot.ts';
import { BOUND_SESSION, READ_TRAITS } from './sql/bound-session.ts';
import { TERMINATE_BACKEND } from './sql/terminate-backend.ts';
import { TERMINATE_SESSION } from './sql/terminate-session.ts';
import type { Traits } from './traits.ts';

type Answer = Traits & { readonly path: string; readonly statementTimeout: string };

/** Sets and reads back path and bounds of our session with GaussDB, and learns what the server has. */
export async function boundGaussdb(
  client: Client,
  target: Target,
  statementTimeoutMs: number,
  idleTimeoutMs: number,
): Promise<Dialect> {
  const values = [`${statementTimeoutMs}ms`, `${idleTimeoutMs / 1_000}s`];
  const [, { rows }] = await Promise.all([
    client.query({ text: BOUND_SESSION, values }),
    client.query(READ_TRAITS),
  ]);
  const { path, statementTimeout, ...traits } = rows[0] as Answer;
  if (path !== 'pg_catalog, pg_temp') throw foreignSettings(target, 'search_path');
  // The server may write the value as `5s`, `5000ms` or `5000`. Only a value that means no bound is an error.
  if (/^0/.test(statementTimeout)) throw foreignSettings(target, 'statement_timeout');
  return gaussdb(traits, statementTimeoutMs);
}

function gaussdb(traits: Traits, statementTimeoutMs: number): Dialect {
  return {
    flavor: 'gaussdb',
    tryLock: tryGaussdbLock(traits.hasSessionIds),
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
