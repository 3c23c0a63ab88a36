import { cleanName } from '../base/clean-text.ts';
import { medianOf } from '../base/median.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { ageText, counted } from '../base/words.ts';
import { roleOf } from '../server/rank-groups.ts';
import { groupOf } from '../server/session.ts';
import { isWaitingForReplication } from '../server/waiting-for-standby.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts, KnownCulprit } from './advice-facts.ts';
import { maySetRole, type RoleSetting } from './bystanders.ts';
import { durationValue, tidySeconds, tidySecondsAbove } from './duration.ts';
import { isOfPooler } from './known-poolers.ts';
import { settingOnPrimary } from './on-primary.ts';
import { GAUSS_PLACE } from './server-setting.ts';

/** `idle_session_timeout` exists from this version on. */
export const FIRST_WITH_IDLE_SESSIONS = 14;
const FIRST_WITH_TRANSACTIONS = 17;
const MINUTE_S = 60;
const HOUR_S = 3_600;
/** From this rate on people understand the number a minute better. */
const MANY_AN_HOUR = 1_200;
/** Statements for more roles would be a list, not advice. */
const MOST_ROLES = 2;

/**
 * A timeout for sessions that are never used again. It is so short that a leak stays below half of the slots
 * that the group may hold. A session reads its role's settings when it begins, so open sessions keep theirs.
 */
export function idleSessions(facts: AdviceFacts): readonly Advice[] {
  if (facts.isGauss) return [gaussTimeout()];
  if (facts.major < FIRST_WITH_IDLE_SESSIONS) return [];
  const settable = facts.culprits.filter(
    (each) => maySet(facts, each, 'idle sessions') && !isOfPooler(facts, each),
  );
  const byRole = new Map(settable.toReversed().map((each) => [roleOf(each.usage), each]));
  return [...byRole.values()]
    .toReversed()
    .slice(0, MOST_ROLES)
    .flatMap((each) => idleSessionsOf(facts, each));
}

function idleSessionsOf(facts: AdviceFacts, { usage, opening }: KnownCulprit): readonly Advice[] {
  const role = roleOf(usage);
  if (facts.isReplica) return [settingOnPrimary([role], 'idle_session_timeout', 'End idle sessions')];
  const held = [...facts.sessionsOf.values()].flat().filter(({ user }) => user === role).length;
  const may = Math.max(2, held - facts.slots.need);
  const rate = opening === null ? 0 : opening.perHour;
  const fillsMs = rate > 0 ? (may / 2 / rate) * HOUR_S * 1_000 : HOUR_S * 1_000;
  const seconds = tidySeconds(fillsMs, MINUTE_S, 8 * HOUR_S);
  const kept = Math.ceil((rate * seconds) / HOUR_S);
  // A timeout cannot stop a leak that fills the server within a minute.
  if (kept > may) return [];
  const bound = rate > 0 ? `: with ${newText(rate)}, about ${kept} stay open` : '';
  const others = othersOf(facts, role);
  const also =
    others === 0
      ? ''
      : ` ${counted(others, 'other program')} of the role ${others === 1 ? 'gets' : 'get'} it too.`;
  return [
    forOperator(
      `End idle sessions of role ${cleanName(role)} after ${ageText(seconds * 1_000)}${bound}. It applies to new sessions. Do not use it if a pool keeps idle connections on purpose.${also}`,
      rolePaste(role, 'idle_session_timeout', seconds),
    ),
  ];
}

/** `18 new ones an hour`, `60 new ones a minute`. */
function newText(perHour: number): string {
  const isQuick = perHour >= MANY_AN_HOUR;
  const count = Math.max(1, Math.round(isQuick ? perHour / 60 : perHour));
  return `${count} new ones ${isQuick ? 'a minute' : 'an hour'}`;
}

/** For transactions that a client began and left open. */
export function openTransactions(facts: AdviceFacts): readonly Advice[] {
  const culprit = facts.culprits.find((each) => maySet(facts, each));
  if (culprit === undefined) return [];
  const ages = culprit.sessions
    .filter(({ state }) => state?.startsWith('idle in transaction') === true)
    .flatMap(({ stateAgeMs }) => stateAgeMs ?? []);
  return boundOpenTransactions(facts, roleOf(culprit.usage), Math.max(0, ...ages));
}

/** `oldestMs` is how long the oldest one has been open. */
export function boundOpenTransactions(
  { snapshot, isReplica }: Pick<AdviceFacts, 'snapshot' | 'isReplica'>,
  role: string,
  oldestMs: number,
): readonly Advice[] {
  if (!maySetRole(snapshot, role, 'work')) return [];
  const setting = 'idle_in_transaction_session_timeout';
  if (isReplica) return [settingOnPrimary([role], setting, 'End transactions that are left open')];
  const seconds = tidySeconds(oldestMs / 2, 30, 5 * MINUTE_S);
  return [
    forOperator(
      `End transactions that role ${cleanName(role)} leaves open after ${ageText(seconds * 1_000)}. It applies to new sessions. Do not use it for a role of backups or migrations.`,
      rolePaste(role, setting, seconds),
    ),
  ];
}

/** For statements that hold a slot for long. It is set for a role, never for the whole server. */
export function longStatements(facts: AdviceFacts): readonly Advice[] {
  const culprit = facts.culprits.find((each) => maySet(facts, each));
  // A timeout gives up the replication of a COMMIT, as a cancel does. It would end WAIT FOR LSN too early.
  if (culprit === undefined || isWaitingForReplication(culprit.sessions)) return [];
  if (facts.isReplica)
    return [settingOnPrimary([roleOf(culprit.usage)], 'statement_timeout', 'Limit long statements')];
  const ages = culprit.sessions
    .filter(({ state }) => state === 'active')
    .flatMap(({ queryAgeMs }) => queryAgeMs ?? []);
  const median = medianOf(ages);
  if (median === null) return [];
  const seconds = tidySecondsAbove(median * 2);
  const role = roleOf(culprit.usage);
  return [
    forOperator(
      `Limit statements of role ${cleanName(role)} to ${ageText(seconds * 1_000)} (half of those that run have taken at most half of that), if nothing of this role needs longer. It applies to new sessions.`,
      rolePaste(role, 'statement_timeout', seconds),
    ),
  ];
}

/**
 * For a lock holder that works: a limit for the whole transaction from PostgreSQL 17 on, before that for each
 * statement.
 */
export function longTransactions(
  { snapshot, major, isReplica }: Pick<AdviceFacts, 'snapshot' | 'major' | 'isReplica'>,
  role: string,
  ms: number,
): readonly Advice[] {
  if (!maySetRole(snapshot, role, 'work')) return [];
  const setting = major >= FIRST_WITH_TRANSACTIONS ? 'transaction_timeout' : 'statement_timeout';
  const what = major >= FIRST_WITH_TRANSACTIONS ? 'transactions' : 'statements';
  if (isReplica) return [settingOnPrimary([role], setting, `Limit long ${what}`)];
  const seconds = tidySeconds(ms / 2, 30, 15 * MINUTE_S);
  return [
    forOperator(
      `Limit ${what} of role ${cleanName(role)} to ${ageText(seconds * 1_000)}. It applies to new sessions. Do not use it for a role of backups or migrations.`,
      rolePaste(role, setting, seconds),
    ),
  ];
}

export function rolePaste(role: string, setting: string, seconds: number): Advice['paste'] {
  const owner = `ALTER ROLE ${quoteIdentifier(role)}`;
  return sqlPaste([`${owner} SET ${setting} = '${durationValue(seconds)}';`], [`${owner} RESET ${setting};`]);
}

/** Whether advice may change timeouts of a culprit's role. */
export function maySet(
  { snapshot }: Pick<AdviceFacts, 'snapshot'>,
  { usage, sessions }: KnownCulprit,
  setting: RoleSetting = 'work',
): boolean {
  return (
    maySetRole(snapshot, roleOf(usage), setting) && sessions.every(({ superuser }) => superuser === false)
  );
}

/** How many other programs use the role. */
function othersOf({ sessionsOf, culprits }: AdviceFacts, role: string): number {
  const ofRole = [...sessionsOf.values()].filter(([first]) => first && groupOf(first).user === role).length;
  return ofRole - culprits.filter(({ usage }) => roleOf(usage) === role).length;
}

function gaussTimeout(): Advice {
  return forOperator(
    `Keep session_timeout at its default of 600 s, or set it back (0 switches it off). ${GAUSS_PLACE}. It does not reach sessions that are idle already.`,
  );
}
