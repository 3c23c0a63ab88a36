import { nameText } from '../../core/base/server-text.ts';
import type { LockAttempt, LockHolder } from '../../core/run/lock-sight.ts';
import { TRY_LOCK } from '../postgresql/sql/try-lock.ts';
import type { Query } from './query.ts';

/** A row of postgresql/sql/try-lock.ts: holders in columns, null where there are none. */
type Row = {
  readonly locked: boolean;
  readonly total: number;
  readonly pids: readonly (number | null)[] | null;
  readonly runs: readonly boolean[];
  readonly users: readonly (Buffer | null)[];
  readonly applications: readonly (string | null)[];
  readonly addresses: readonly (string | null)[];
  readonly ages: readonly (number | null)[];
};

/** Takes the lock of a run unless another run has it, and reports the holders. */
export async function tryRunLock(query: Query): Promise<LockAttempt> {
  const [row] = await query(TRY_LOCK);
  const { locked, total, ...columns } = row as Row;
  return { locked, total, holders: holdersIn(columns) };
}

function holdersIn(columns: Omit<Row, 'locked' | 'total'>): readonly LockHolder[] {
  const { pids, runs, users, applications, addresses, ages } = columns;
  return (pids ?? []).map((pid, at) => ({
    pid,
    user: nameOf(users[at] ?? null),
    application: applications[at] ?? '',
    address: addresses[at] ?? '',
    openMs: ages[at] ?? null,
    isRun: runs[at] === true,
  }));
}

/** The encoding of the name is not known here, because its database is not. */
function nameOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : nameText(bytes.toString('latin1'), null).text;
}
