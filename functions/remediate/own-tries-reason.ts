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
 * Why a trigger asks for nothing that tells of our own refused tries alone; else null. Memory is waited for, half a second at
 * most, only where nothing in the trigger shows that somebody else was refused.
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

/** What is told, and judged by, is without the lines that our own tries left behind. */
export async function removeOwnLines(run: Run, news: Trigger): Promise<void> {
  if (news.kind !== 'log-lines') return;
  run.trigger = toKeptTrigger(withoutOwnLines(news, await ownTries(run)));
}

/** Those that memory holds, and those that only this function knows so far. */
async function ownTries({ ports, recalled }: Run): Promise<readonly OwnTries[]> {
  const remembered = ownTriesIn(await recalled);
  const isNew = ({ from }: OwnTries) => !remembered.some((each) => each.from === from);
  return [...remembered, ...(ports.tries?.all() ?? []).filter(isNew)];
}
