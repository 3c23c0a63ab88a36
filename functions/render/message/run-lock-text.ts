import { type Advice, forOperator, sqlPaste } from '../../core/advice/advice.ts';
import { LOCAL_ADDRESS } from '../../core/base/address.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { LockHolder } from '../../core/run/lock-sight.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { isStuck, LOCK_CLASS, LONGEST_RUN_MS, stuckHolder } from '../../core/run/run-lock.ts';
import { isRefusal } from '../../core/trigger/trigger.ts';
import { ageText, listText } from '../base/phrases.ts';

/** Holders that a message names. The record has a few more. */
const MOST_NAMED = 3;

/**
 * The answer of a busy run: another run is at work, or one has held the lock for longer than a run can last.
 */
export function busySentence({ lock }: RunRecord): string {
  const holder = stuckHolder({ lock });
  if (holder === null) return 'busy. Another run is at work, so this one did nothing.';
  const since = ageText(holder.openMs ?? 0);
  return `busy. No run can act: the lock of runs has been held for ${since}, longer than a run can take.`;
}

/**
 * Which run holds the lock that a busy run wanted, and which other sessions hold such a lock without effect.
 */
export function lockTexts({ outcome, lock }: RunRecord): readonly string[] {
  return [...(outcome === 'busy' ? runLockTexts({ lock }) : []), ...foreignLockTexts({ lock })];
}

/** Which runs hold the lock, or sessions that look like a run. */
export function runLockTexts({ lock }: Pick<RunRecord, 'lock'>): readonly string[] {
  return lock === null ? [] : lock.holders.filter(({ isRun }) => isRun).map(runText);
}

/** Other sessions than runs that hold a lock with our number. */
export function foreignLockTexts({ lock }: Pick<RunRecord, 'lock'>): readonly string[] {
  if (lock === null) return [];
  const strangers = lock.holders.filter(({ isRun }) => !isRun);
  return strangersText(strangers, lock.total - lock.holders.length);
}

function runText(holder: LockHolder): string {
  const { openMs } = holder;
  const open = openMs === null ? '' : `, whose session has been open for ${ageText(openMs)}`;
  const isLong = openMs !== null && openMs > LONGEST_RUN_MS;
  const than = isLong ? `. A run takes ${ageText(LONGEST_RUN_MS)} at most` : '';
  return `The lock of runs is held by ${holderText(holder)}${open}${than}.`;
}

function strangersText(strangers: readonly LockHolder[], more: number): readonly string[] {
  if (strangers.length === 0) return [];
  const names = strangers.slice(0, MOST_NAMED).map(holderText);
  const others = strangers.length - names.length + more;
  const all = others === 0 ? names : [...names, `${others} more`];
  return [
    `${listText(all, all.length)} ${all.length === 1 ? 'holds a lock' : 'hold locks'} with our number. ${all.length === 1 ? 'This is no run of ours and does' : 'These are no runs of ours and do'} not stop our runs.`,
  ];
}

/** `pid 4711 (role app, application psql, from 10.0.3.7)`. */
function holderText({ pid, user, application, address }: LockHolder): string {
  if (pid === null) return 'a prepared transaction';
  const from = address === LOCAL_ADDRESS ? 'on the server itself' : `from ${cleanName(address)}`;
  const known = [
    ...(user === null ? [] : [`role ${cleanName(user)}`]),
    ...(application === '' ? [] : [`application ${cleanName(application)}`]),
    ...(address === '' ? [] : [from]),
  ];
  return `pid ${cleanName(String(pid))}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}

/**
 * Whether a message is about a lock that is never released: its holder is too old, or earlier runs waited as
 * well.
 */
export function isAboutLock(record: RunRecord, story: Story | null): boolean {
  return isStuck(record) || (record.outcome === 'busy' && story !== null && !isRefusal(record.trigger.kind));
}

/** What to do about a holder that is too old to be a run. */
export function freeLock({ lock }: RunRecord): readonly Advice[] {
  const holder = stuckHolder({ lock });
  if (holder === null || holder.pid === null) return [];
  const text =
    'No run can act until this session ends. Check what it is, then end it. If it comes back, something else uses our role or our application name:';
  return [forOperator(text, sqlPaste(endHolder(cleanName(String(holder.pid)))))];
}

/** Ends the session only if it still has the lock and is too old, so that no later one with the same pid ends. */
function endHolder(pid: string): readonly string[] {
  return [
    'SELECT pg_stat_clear_snapshot();',
    'SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity',
    `WHERE pid = ${pid} AND backend_start < clock_timestamp() - interval '${LONGEST_RUN_MS / 1_000} s'`,
    `AND pid IN (SELECT pid FROM pg_locks WHERE ${LOCK_CLASS} IN (classid, objid));`,
  ];
}
