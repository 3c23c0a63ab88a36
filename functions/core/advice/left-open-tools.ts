import { cleanName } from '../base/clean-text.ts';
import { ageText, counted } from '../base/words.ts';
import { isOfKind, isTool } from '../server/client-technology.ts';
import { groupOf, type Session } from '../server/session.ts';
import type { TechnologyKind } from '../server/technologies.ts';
import { type Advice, forDeveloper, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { maySetRole } from './bystanders.ts';
import { settingOnPrimary } from './on-primary.ts';
import { FIRST_WITH_IDLE_SESSIONS, rolePaste } from './session-timeouts.ts';

const HOUR_S = 3_600;
/** Statements for more roles would be a list, not advice. */
const MOST_ROLES = 3;

/** psql and graphical tools that people left open. */
export function leftOpenTools(facts: AdviceFacts): readonly Advice[] {
  const has = (kind: TechnologyKind) => facts.culprits.some(({ technology }) => isOfKind(technology, kind));
  const texts = [
    ...(has('graphical tool')
      ? [
          'DBeaver and DataGrip can close idle connections: switch it on in the connection settings. In pgAdmin disconnect the server.',
        ]
      : []),
    ...(has('console')
      ? ['In scripts use psql -c, which ends by itself. End an interactive psql with \\q.']
      : []),
  ];
  const asked = texts.length > 0 ? [forDeveloper(texts.join(' '))] : [];
  return [...timeoutForPeople(facts), ...asked];
}

/** Only for roles that only people use. Otherwise it would affect an application's pool. */
function timeoutForPeople(facts: AdviceFacts): readonly Advice[] {
  const all = [...facts.sessionsOf.values()].flat();
  const tools = all.filter(({ application }) => isTool(application));
  const byRole = [...Map.groupBy(tools, (session) => groupOf(session).user)].sort(
    ([, some], [, more]) => more.length - some.length,
  );
  const mixed = new Set(all.filter(({ application }) => !isTool(application)).map(({ user }) => user));
  const blamed = new Set(facts.culprits.flatMap(({ sessions }) => sessions));
  const own = byRole.filter(
    ([role, those]) =>
      !mixed.has(role) &&
      those.some((each) => blamed.has(each)) &&
      those.every(isOrdinary) &&
      maySetRole(facts.snapshot, role, 'idle sessions'),
  );
  const oldest = Math.max(0, ...tools.flatMap(({ stateAgeMs }) => stateAgeMs ?? []));
  const roles = byRole.length === 1 ? `role ${cleanName(byRole[0]?.[0] ?? '')}` : `${byRole.length} roles`;
  const found = `Database tools left open hold ${counted(tools.length, 'session')} of ${roles}, idle for up to ${ageText(oldest)}`;
  if (own.length === 0)
    return [
      forOperator(
        `${found}, and applications use the same ${byRole.length === 1 ? 'role' : 'roles'}. Give people their own roles, with an idle_session_timeout.`,
      ),
    ];
  if (facts.major < FIRST_WITH_IDLE_SESSIONS) return [];
  const names = own.slice(0, MOST_ROLES).map(([role]) => role);
  if (facts.isReplica)
    return [settingOnPrimary(names, 'idle_session_timeout', `${found}. End their idle sessions`)];
  const likewise =
    byRole.length > names.length ? ' Do the same for the other roles that only people use.' : '';
  return [
    forOperator(
      `${found}. End their idle sessions after an hour. It applies to new sessions.${likewise}`,
      timeoutPaste(names),
    ),
  ];
}

function timeoutPaste(roles: readonly string[]): Advice['paste'] {
  const shown = roles.map((role) => rolePaste(role, 'idle_session_timeout', HOUR_S));
  return sqlPaste(
    shown.flatMap((paste) => paste?.lines ?? []),
    shown.flatMap((paste) => paste?.undo ?? []),
  );
}

function isOrdinary({ superuser }: Session): boolean {
  return superuser === false;
}
