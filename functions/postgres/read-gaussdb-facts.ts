import { EXAMINED_ON_GAUSSDB, type GaussdbFacts } from '../core/doctor-gaussdb.ts';
import { coerceError } from '../core/errors.ts';
import { queryOf } from './database.ts';
import type { OpenSession } from './open-session.ts';
import {
  READ_DOCTOR_ROLE,
  READ_DOCTOR_SETTINGS,
  READ_SIGNAL_RIGHT,
} from './sql/gaussdb/read-doctor-facts.ts';

type SettingRow = { readonly name: string; readonly value: string };

/** Everything the doctor looks at on GaussDB. Changes nothing. */
export async function readGaussdbFacts(session: OpenSession): Promise<GaussdbFacts> {
  const query = queryOf(session);
  const [snapshot, [role], maySignal, settings] = await Promise.all([
    session.dialect.readSnapshot(query),
    query(READ_DOCTOR_ROLE),
    query(READ_SIGNAL_RIGHT).then(([row]) => (row as { usable: boolean }).usable, noSuchRole),
    query(READ_DOCTOR_SETTINGS, [EXAMINED_ON_GAUSSDB]),
  ]);
  const { database, ...own } = role as GaussdbFacts['role'] & Pick<GaussdbFacts, 'database'>;
  return {
    snapshot,
    role: own,
    database,
    maySignal,
    settings: new Map((settings as readonly SettingRow[]).map(({ name, value }) => [name, value])),
  };
}

function noSuchRole(error: unknown): null {
  if (coerceError(error).code !== 'statement-failed') throw error;
  return null;
}
