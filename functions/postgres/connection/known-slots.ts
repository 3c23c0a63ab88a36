import type { Slots } from '../../core/server/snapshot.ts';

/**
 * A scheduled run reads everything again after this time, because a count of slots does not show rights, settings and
 * locks.
 */
const HOLDS_MS = 3_600_000;

/**
 * The slots that the last snapshot of a server found. They change only when the server is started, so a warm function keeps
 * them between runs.
 */
export type KnownSlots = {
  /**
   * Null if there is no snapshot yet, no check in the last hour, or the server was started since. `now` is in ms since the
   * epoch.
   */
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
