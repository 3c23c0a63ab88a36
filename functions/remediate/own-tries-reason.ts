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
 * Why a trigger that shows nothing but our own refused tries needs no run; else null. Waits for memory (at most half a
 * second) only if the trigger does not show that other clients were refused.
 */
export async function ownTriesReason(run: Run, news: Trigger): Promise<Idle | null> {
  if (!mayComeFromOwnTries(news)) return null;
  run.recalled = readPause(run);
  if (showsOthersRefused(news)) return null;
  await removeOwnLines(run, news);
  if (run.trigger.kind !== 'alarm') return idleReason(run.trigger, run.startedAt);
  const why = ownAlarmReason(run.trigger, await ownTries(run));
  return why === null ? null : { outcome: 'muted', why };
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
