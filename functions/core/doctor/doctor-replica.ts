import type { CheckName, DoctorFinding } from './doctor-finding.ts';

/**
 * Checks that choose roles by the sessions that they see. The sessions of a replica tell little about the
 * primary.
 */
const BY_SESSIONS: ReadonlySet<CheckName> = new Set(['idle-in-transaction', 'idle-sessions']);

/** Settings of the server are changed on the server itself, everything else in the catalog of the primary. */
const IS_OF_SERVER = /^(ALTER SYSTEM|SELECT) /;

const WHERE = 'Change this on the primary: a read replica takes its roles and databases from there.';

/** The finding as it holds on a read replica: the note says where to run its statements. */
export function forReplica(finding: DoctorFinding): DoctorFinding {
  const { check, mend } = finding;
  if (mend === null || mend.sql.every((line) => IS_OF_SERVER.test(line))) return finding;
  const sql = BY_SESSIONS.has(check) ? [] : mend.sql;
  return { ...finding, mend: { sql, note: mend.note === null ? WHERE : `${WHERE} ${mend.note}` } };
}
