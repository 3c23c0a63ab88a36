import type { Session } from '../../server/session.ts';
import type { RunRecord } from '../record.ts';
import { mapSessions } from './record-sessions.ts';

/** Stands for a name or address that was left out of a record which was too large. */
export const OMITTED_NAME = '…';

/** The bytes that each session takes for references to its names. */
const BYTES_A_SESSION = 4;

/** The record with as many names as fit into the bytes, those of most sessions first. */
export function withNames(record: RunRecord, bytes: number): RunRecord {
  const sessions = record.snapshot?.sessions ?? [];
  const counts = new Map<string, number>();
  for (const session of sessions)
    for (const name of namesOf(session)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const kept = new Set<string>([OMITTED_NAME, '']);
  let room = bytes - sessions.length * BYTES_A_SESSION;
  for (const [name] of [...counts].sort(([, a], [, b]) => b - a)) {
    room -= Buffer.byteLength(JSON.stringify(name));
    if (room < 0) break;
    kept.add(name);
  }
  const known = (name: string) => (kept.has(name) ? name : OMITTED_NAME);
  return mapSessions(record, (session) => ({
    ...session,
    user: session.user && known(session.user),
    database: session.database && known(session.database),
    application: known(session.application),
    address: known(session.address),
  }));
}

function namesOf({ user, database, application, address }: Session): readonly string[] {
  return [user ?? '', database ?? '', application, address];
}
