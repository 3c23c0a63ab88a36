import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { changeSettings } from './server-setting.ts';

const SEE_SENDERS = [
  'SELECT pid, usename, application_name, client_addr, state, backend_start',
  'FROM pg_stat_replication ORDER BY backend_start;',
];
const SPARE = 5;
/** The connections with which a subscriber copies tables (replication/logical/tablesync.c). */
const COPIES_TABLE = /^pg_\d+_sync_\d+_\d+$/;

/** Walsenders have slots of their own. Ending sessions of clients frees none of them. */
export function replicationSlots(facts: AdviceFacts): readonly Advice[] {
  const { walSenders } = facts.snapshot.slots;
  const raised = walSenders + SPARE;
  const setting = {
    name: 'max_wal_senders',
    sql: `${raised}`,
    parameter: `${raised}`,
    before: `${walSenders}`,
  };
  const { where, paste } = changeSettings(facts, [setting], true);
  return [
    forOperator(
      `${walSenders === 1 ? 'The only walsender slot' : `All ${walSenders} walsender slots`} (max_wal_senders) ${walSenders === 1 ? 'is' : 'are'} taken. Ending client sessions does not free any. Look for standbys, backups or subscribers that are gone or connected twice:`,
      sqlPaste(SEE_SENDERS),
    ),
    ...ofSubscribers(facts),
    forOperator(
      `If all of them are needed, raise max_wal_senders from ${walSenders} to ${raised}. It needs a restart, of standbys first.${where}`,
      paste,
    ),
  ];
}

function ofSubscribers({ snapshot }: AdviceFacts): readonly Advice[] {
  const copies = snapshot.sessions.filter(
    ({ backendType, application }) => backendType === 'walsender' && COPIES_TABLE.test(application),
  ).length;
  if (copies === 0) return [];
  return [
    forOperator(
      `${copies} of them copy tables for new subscriptions and end by themselves. max_sync_workers_per_subscription on the subscriber bounds how many copy at once.`,
    ),
  ];
}
