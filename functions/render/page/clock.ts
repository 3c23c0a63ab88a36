import { serverTimeMs } from '../../core/base/server-time.ts';
import type { RunRecord } from '../../core/run/record.ts';

/** A smaller difference is the time that the snapshot took. */
const SAME_CLOCK_MS = 5_000;

/** When the snapshot was taken by our clock, in milliseconds since the epoch. Null without a snapshot. */
export function snapshotAt({ snapshot, startedAt, timings }: RunRecord): number | null {
  if (snapshot === null) return null;
  const [ours, theirs] = [Date.parse(startedAt) + (timings.snapshot ?? 0), serverTimeMs(snapshot.takenAt)];
  return theirs !== null && Math.abs(ours - theirs) <= SAME_CLOCK_MS ? theirs : ours;
}

/** How far the server's clock is behind ours, in milliseconds. 0 when the difference is small. */
export function serverBehindMs(record: RunRecord): number {
  const [ours, theirs] = [snapshotAt(record), serverTimeMs(record.snapshot?.takenAt ?? null)];
  return ours === null || theirs === null ? 0 : ours - theirs;
}

/** `03:15:42`, with the day when it is not the day of `now`. */
export function clockTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs).toISOString();
  const time = at.slice(11, 19);
  return at.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10) ? time : `${dayText(atMs)}, ${time}`;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = [
  ...['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun'],
  ...['Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
] as const;

/** `28 Nov`. */
export function dayText(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

/** `Sat 28 Nov 2026, 03:15:42 UTC`. */
export function dateTime(atMs: number): string {
  const at = new Date(atMs);
  return `${WEEKDAYS[at.getUTCDay()]} ${dayText(atMs)} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 19)} UTC`;
}
