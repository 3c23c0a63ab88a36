import type { CheckName, DoctorFinding } from './doctor-finding.ts';

/** Checks that choose roles by the sessions that they see: on a replica those say little of the primary. */
const BY_SESSIONS: ReadonlySet<CheckName> = new Set(['idle-in-transaction', 'idle-sessions']);

/** A server's own settings are changed on the server itself, all else in the catalog of the primary. */
const IS_OF_SERVER = /^(ALTER SYSTEM|SELECT) /;

const WHERE = 'On the primary: a read replica takes its roles and databases from there.';

/** The same finding on a read replica: it says where its statements act. */
export function forReplica(finding: DoctorFinding): DoctorFinding {
  const { check, mend } = finding;
  if (mend === null || mend.sql.every((line) => IS_OF_SERVER.test(line))) return finding;
  const sql = BY_SESSIONS.has(check) ? [] : mend.sql;
  return { ...finding, mend: { sql, note: mend.note === null ? WHERE : `${WHERE} ${mend.note}` } };
}
