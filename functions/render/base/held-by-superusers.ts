import type { RunRecord } from '../../core/run/record.ts';
import { slotHolders } from '../../core/server/slots.ts';
import { superusersIn } from '../../core/server/superusers-in.ts';

/** Whether superusers hold at least half of the slots. No policy reaches their sessions. */
export function heldBySuperusers({ snapshot }: RunRecord): boolean {
  return snapshot !== null && superusersIn(slotHolders(snapshot));
}

/** In place of what the policy does. */
export const HELD_BY_SUPERUSERS =
  'No policy ends sessions of superusers, which hold at least half of the slots.';
