import { CONVERGED_MS, isoOf } from './invariants.ts';
import { MINUTE } from './simulated-cell.ts';
import { stateAt } from './simulated-estate.ts';
import type { Stage } from './stage.ts';

/** No sweep keeps a database awake that pauses while nobody uses it, and no alarm on other databases. Its own refusals may. */
export function sleepersSleep({ journal, estate }: Stage): readonly string[] {
  const runs = new Map(journal.runs.map((run) => [run.id, run]));
  return journal.logins.flatMap(({ key, at, run }) => {
    const database = estate.databases.get(key);
    const mayPause = database !== undefined && stateAt(database, at - CONVERGED_MS)?.capacity === 0;
    const { trigger, sentAt = at } = runs.get(run) ?? {};
    const isOwn = journal.refusedAwake.some(
      (line) => line.key === key && line.at <= sentAt && line.at >= sentAt - AWAKE_MS,
    );
    if (!mayPause || trigger === 'refusal' || (trigger === 'alarm' && isOwn)) return [];
    return [`${trigger === 'alarm' ? 'an alarm on others' : 'a sweep'} woke ${key} at ${isoOf(at)}`];
  });
}

/** So long after its last line a database is not taken for asleep. */
const AWAKE_MS = 11 * MINUTE;
