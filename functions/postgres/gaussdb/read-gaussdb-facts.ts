import { EXAMINED_ON_GAUSSDB, type GaussdbFacts } from '../../core/doctor/doctor-gaussdb.ts';
import { queryOf } from '../connection/database.ts';
import { nullIfForbidden } from '../connection/null-if-forbidden.ts';
import type { OpenSession } from '../connection/open-session.ts';
import {
  READ_DOCTOR_ROLE,
  READ_DOCTOR_SETTINGS,
  READ_SIGNAL_RIGHT,
} from './sql/read-doctor-role-and-settings.ts';

type SettingRow = { readonly name: string; readonly value: string };

/** Reads everything that the doctor checks on GaussDB. Changes nothing. */
export async function readGaussdbFacts(session: OpenSession): Promise<GaussdbFacts> {
  const query = queryOf(session);
  const [snapshot, [role], signal, settings] = await Promise.all([
    session.dialect.readSnapshot(query),
    query(READ_DOCTOR_ROLE),
    nullIfForbidden(query(READ_SIGNAL_RIGHT)),
    query(READ_DOCTOR_SETTINGS, [EXAMINED_ON_GAUSSDB]),
  ]);
  const { database, ...own } = role as GaussdbFacts['role'] & Pick<GaussdbFacts, 'database'>;
  return {
    snapshot,
    role: own,
    database,
    // The statement is refused where there is no such role.
    maySignal: signal === null ? null : (signal[0] as { usable: boolean }).usable,
    settings: new Map((settings as readonly SettingRow[]).map(({ name, value }) => [name, value])),
  };
}
