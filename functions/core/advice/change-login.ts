import { cleanName } from '../base/clean-text.ts';
import { counted, listText } from '../base/words.ts';
import { superusersIn } from '../server/superusers-in.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** For an application that logs in as a superuser: no limit and no run reaches its sessions. */
export function changeLogin({ culprits, snapshot }: AdviceFacts): readonly Advice[] {
  const those = culprits.filter(({ sessions }) => superusersIn(sessions));
  if (those.length === 0) return [];
  const roles = [
    ...new Set(those.flatMap(({ sessions }) => sessions.map(({ user }) => cleanName(user ?? '')))),
  ];
  const names = listText([...new Set(those.map(({ name }) => name))]);
  const { superuserReserved } = snapshot.slots;
  const reserve =
    superuserReserved === 0
      ? ''
      : ` ${counted(superuserReserved, 'slot')} ${superuserReserved === 1 ? 'is' : 'are'} reserved for superusers, but they are yours only if no application logs in as one.`;
  return [
    forOperator(
      `Give ${names} a login that is no superuser, in place of ${listText(roles)}. No CONNECTION LIMIT holds for a superuser, and no run ends its sessions.${reserve}`,
    ),
  ];
}
