import { type Advice, forDeveloper, forOperator } from '../advice.ts';
import { cleanName } from '../clean-text.ts';
import { isTool } from '../developer-tools.ts';
import { groupOf } from '../session.ts';
import { ageText, counted } from '../words.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { FIRST_WITH_IDLE_SESSIONS, maySet, rolePaste } from './session-timeouts.ts';

const HOUR_S = 3_600;

/** psql and graphical tools that people left open. */
export function leftOpenTools(facts: AdviceFacts): readonly Advice[] {
  const tools = new Set(facts.suspects.flatMap(({ technology }) => technology?.technology ?? []));
  const texts = [
    ...(tools.has('gui')
      ? [
          'DBeaver and DataGrip close idle connections by themselves when told to in the connection settings; in pgAdmin disconnect the server.',
        ]
      : []),
    ...(tools.has('psql') ? ['In scripts psql -c ends by itself; leave an interactive psql with \\q.'] : []),
  ];
  const asked = texts.length > 0 ? [forDeveloper(texts.join(' '))] : [];
  return [...timeoutForPeople(facts), ...asked];
}

/** Only for roles that people have to themselves: an application's pool would be hit as well. */
function timeoutForPeople(facts: AdviceFacts): readonly Advice[] {
  const first = facts.suspects.find(maySet);
  if (first === undefined) return [];
  const role = first.standing.group.user;
  const ofRole = [...facts.sessionsOf.values()].flat().filter((session) => groupOf(session).user === role);
  const oldest = Math.max(0, ...first.sessions.flatMap(({ stateAgeMs }) => stateAgeMs ?? []));
  const found = `Role ${cleanName(role)} held ${counted(first.standing.sessions, 'session')} of ${first.name}, idle for up to ${ageText(oldest)}`;
  if (!ofRole.every(({ application }) => isTool(application)))
    return [
      forOperator(
        `${found}, and applications share it. Give people roles of their own, and those an idle_session_timeout.`,
      ),
    ];
  if (facts.major < FIRST_WITH_IDLE_SESSIONS) return [];
  return [
    forOperator(
      `${found}. Let its idle sessions end after an hour: new ones only, those open now keep what they have.`,
      rolePaste(role, 'idle_session_timeout', HOUR_S),
    ),
  ];
}
