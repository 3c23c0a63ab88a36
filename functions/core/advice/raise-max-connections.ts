import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { refusedClients } from './refused-clients.ts';
import { changeSettings } from './server-setting.ts';
import { isWasteful } from './wasteful-causes.ts';

/** The memory of one session in planning figures of PostgreSQL guides. */
const MEGABYTES_EACH = 10;
/** Given only when all sessions have work, together with the cost. */
export function raiseMaxConnections(facts: AdviceFacts): readonly Advice[] {
  const { diagnosis, slots, snapshot, record } = facts;
  if (diagnosis.culprits.some(isWasteful)) return [];
  // On GaussDB the reserve of administrators is added to the setting.
  const max = snapshot.slots.max - (facts.isGauss ? snapshot.slots.superuserReserved : 0);
  const { unit, value } = record.policy.relieve.until;
  const wanted = slots.used + refusedClients(record);
  const usable = unit === 'usedPercent' ? Math.ceil((wanted * 100) / value) : wanted + value;
  const raised = Math.max(max + 10, Math.ceil((usable + max - slots.usable) / 10) * 10);
  const memory = (raised - max) * MEGABYTES_EACH;
  const setting = {
    name: 'max_connections',
    sql: `${raised}`,
    parameter: `${raised}`,
    before: `${max}`,
  };
  const { where, paste } = changeSettings(facts, [setting], true);
  const here = facts.isReplica ? ' This is a read replica: the setting is for this server alone.' : '';
  return [
    forOperator(
      `If the server has ${memory} MB of memory to spare (about ${MEGABYTES_EACH} MB for each session), raise max_connections from ${max} to ${raised}. It needs a restart, of standbys first; a reload is not enough. More active sessions make each of them slower.${here}${where}`,
      paste,
    ),
  ];
}
