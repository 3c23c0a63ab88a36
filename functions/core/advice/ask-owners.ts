import { counted } from '../base/words.ts';
import { isPerhapsKeptOut } from '../diagnosis/kept-out.ts';
import { groupName } from '../server/group-name.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

const SEE_HOLDERS = [
  'SELECT application_name, usename, state, count(*), min(backend_start)',
  'FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;',
];

/** Given when slots are short and one group leads. On a healthy server there is nothing to ask. */
export function askOwners({ culprits, ranking, slots }: AdviceFacts): readonly Advice[] {
  const first = culprits[0]?.usage ?? ranking.leading;
  // Clients that have not logged in have no owner yet.
  if (first === null || first.group.user === '' || !slots.under) return [];
  const idle = first.states.find(({ state }) => state === 'idle')?.count ?? 0;
  const held = `${counted(first.sessions, 'session')}, ${idle === 0 ? 'none' : idle} of them idle`;
  return [forOperator(`Ask the owners of ${groupName(first.group)} why it held ${held}.`)];
}

/** When the cause is not clear, a second look shows what grows. */
export function secondLook({ record, diagnosis }: AdviceFacts): readonly Advice[] {
  if (isPerhapsKeptOut(record, diagnosis)) return [];
  return [
    forOperator(
      'Run this now and again in five minutes: the program that has grown is the cause.',
      sqlPaste(SEE_HOLDERS),
    ),
  ];
}
