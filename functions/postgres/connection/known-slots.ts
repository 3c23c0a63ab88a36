import type { Slots } from '../../core/server/snapshot.ts';

/** A sweep looks again so long after the last check, for what no number of slots shows: rights, settings, the log. */
const HOLDS_MS = 3_600_000;

/** The slots that the latest look at a server found. They are settings of its start, and outlast a run in its function. */
export type KnownSlots = {
  /** Null where nobody looked, nobody checked for an hour, or the server was started since; `now` in ms since the epoch. */
  readonly of: (since: string, now: number) => Slots | null;
  readonly keep: (slots: Slots, since: string) => void;
  readonly checked: (now: number) => void;
};

export function knownSlots(): KnownSlots {
  let kept: { readonly slots: Slots; readonly since: string } | null = null;
  let checkedAt = Number.NEGATIVE_INFINITY;
  return {
    of: (since, now) => (kept?.since === since && now - checkedAt < HOLDS_MS ? kept.slots : null),
    keep: (slots, since) => (kept = { slots, since }),
    checked: (now) => (checkedAt = now),
  };
}
