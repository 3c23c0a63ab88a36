import { type OwnTries, ownTriesIn } from '../core/run/pause.ts';
import { type Idle, idleReason, type Trigger } from '../core/trigger/trigger.ts';
import {
  mayComeFromOwnTries,
  ownAlarmReason,
  showsOthersRefused,
  withoutOwnLines,
} from '../events/own-lines.ts';
import { readPause } from './read-pause.ts';
import { toKeptTrigger } from './relevant-trigger.ts';
import type { Run } from './run.ts';

/**
 * By then the run that ended just before this one is in memory. Its report is written a second or two after its end, and
 * with a subscription one run follows the other (the reserved concurrency is 1).
 */
const REPORTED_MS = 4_000;

/**
 * Why a trigger that shows nothing but our own refused tries needs no run; else null. Waits for memory (at most half a
 * second) only if the trigger does not show that other clients were refused. Lines that memory cannot explain may come from
 * a run of which it does not know yet, so it is read once more a few seconds later.
 */
export async function ownTriesReason(run: Run, news: Trigger): Promise<Idle | null> {
  if (!mayComeFromOwnTries(news)) return null;
  run.recalled = readPause(run);
  if (showsOthersRefused(news)) return null;
  if (news.kind === 'alarm') return alarmReason(run);
  return (await linesReason(run, news)) ?? (await laterReason(run, news));
}

async function alarmReason(run: Run): Promise<Idle | null> {
  if (run.trigger.kind !== 'alarm') return null;
  const why = ownAlarmReason(run.trigger, await ownTries(run));
  return why === null ? null : { outcome: 'muted', why };
}

async function linesReason(run: Run, news: Trigger): Promise<Idle | null> {
  await removeOwnLines(run, news);
  return idleReason(run.trigger, run.startedAt);
}

async function laterReason(run: Run, news: Trigger): Promise<Idle | null> {
  const { ports, request } = run;
  if ((await run.recalled)?.kind !== 'read' || ports.now() + REPORTED_MS >= request.deadline) return null;
  await ports.sleep(REPORTED_MS);
  const again = await readPause(run);
  if (again?.kind !== 'read') return null;
  run.recalled = Promise.resolve(again);
  return linesReason(run, news);
}

/** Removes the lines of our own tries from the trigger, so that the run neither reports nor judges them. */
export async function removeOwnLines(run: Run, news: Trigger): Promise<void> {
  if (news.kind !== 'log-lines') return;
  run.trigger = toKeptTrigger(withoutOwnLines(news, await ownTries(run)));
}

/** The tries that memory holds, and those that only this function knows so far. */
async function ownTries({ ports, recalled }: Run): Promise<readonly OwnTries[]> {
  const remembered = ownTriesIn(await recalled);
  const isNew = ({ from }: OwnTries) => !remembered.some((each) => each.from === from);
  return [...remembered, ...(ports.tries?.all() ?? []).filter(isNew)];
}
