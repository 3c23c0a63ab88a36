import { counted } from '../base/words.ts';
import { groupName } from '../server/group-name.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

const SEE_HOLDERS = [
  'SELECT application_name, usename, state, count(*), min(backend_start)',
  'FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;',
];

/** Where slots were short and one group stands out: nobody is asked about a server that is well. */
export function askOwners({ culprits, ranking, slots }: AdviceFacts): readonly Advice[] {
  const first = culprits[0]?.usage ?? ranking.leading;
  // Clients that have not logged in are nobody's yet.
  if (first === null || first.group.user === '' || !slots.under) return [];
  const idle = first.states.find(({ state }) => state === 'idle')?.count ?? 0;
  const held = `${counted(first.sessions, 'session')}, ${idle === 0 ? 'none' : idle} of them idle`;
  return [forOperator(`Ask the owners of ${groupName(first.group)} why it held ${held}.`)];
}

/** Where nothing is clear yet, a second look tells what grows. */
export function secondLook(): readonly Advice[] {
  return [
    forOperator(
      'Run this now and again in five minutes: the program that has grown is the cause.',
      sqlPaste(SEE_HOLDERS),
    ),
  ];
}
