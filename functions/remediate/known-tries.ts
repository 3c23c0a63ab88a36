import { MOST_RUNS_WITH_TRIES, ownTriesOf } from '../core/run/own-tries.ts';
import type { OwnTries } from '../core/run/pause.ts';
import type { RunRecord } from '../core/run/record.ts';

/**
 * The refused tries of the last runs of this function. Their lines in the server's log may arrive before the report has
 * written these tries to memory. Some servers have no memory at all.
 */
export type KnownTries = {
  /** Oldest first. */
  readonly all: () => readonly OwnTries[];
  readonly keep: (record: RunRecord) => void;
};

export function knownTries(): KnownTries {
  let kept: readonly OwnTries[] = [];
  return {
    all: () => kept,
    keep: (record) => {
      const tries = ownTriesOf(record);
      if (tries !== null) kept = [...kept, tries].slice(-MOST_RUNS_WITH_TRIES);
    },
  };
}
