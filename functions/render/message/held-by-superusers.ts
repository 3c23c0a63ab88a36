import type { RunRecord } from '../../core/run/record.ts';
import { slotHolders } from '../../core/server/slots.ts';
import { superusersIn } from '../../core/server/superusers-in.ts';

/** Whether superusers hold at least half of the slots. No policy reaches their sessions. */
export function heldBySuperusers({ snapshot }: RunRecord): boolean {
  return snapshot !== null && superusersIn(slotHolders(snapshot));
}
