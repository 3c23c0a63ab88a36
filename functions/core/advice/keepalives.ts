import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { listText } from '../base/words.ts';
import { roleOf } from '../server/rank-groups.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { isUntaken, membersOf } from './end-gone.ts';
import { changeSettings, type ServerSetting } from './server-setting.ts';
import { maySet } from './session-timeouts.ts';

/** With these values a dead host is noticed after 60 + 6 × 10 seconds. */
const KEEPALIVES = [
  { name: 'tcp_keepalives_idle', sql: '60', parameter: '60', before: null },
  { name: 'tcp_keepalives_interval', sql: '10', parameter: '10', before: null },
  { name: 'tcp_keepalives_count', sql: '6', parameter: '6', before: null },
] as const;
/** Keepalives do not probe while an answer is on its way. TCP itself gives up after some 15 minutes. */
const USER_TIMEOUT = [{ name: 'tcp_user_timeout', sql: "'30s'", parameter: '30000', before: null }] as const;
/** Statements for more roles would be a list, not advice. */
const MOST_ROLES = 2;

/**
 * When hosts vanish, the server has to probe them. `client_connection_check_interval` does not notice
 * half-open connections.
 */
export function keepalives(facts: AdviceFacts): readonly Advice[] {
  const roles = [
    ...new Set(facts.culprits.filter((each) => maySet(facts, each)).map(({ usage }) => roleOf(usage))),
  ];
  // A replica's settings are in its own configuration, those of roles in the primary's catalog.
  const perRole = !facts.isReplica && roles.length > 0 && roles.length <= MOST_ROLES;
  const isStuck = facts.culprits.flatMap(membersOf).some(isUntaken);
  const settings = isStuck ? USER_TIMEOUT : KEEPALIVES;
  const { where, paste } = perRole
    ? { where: '', paste: forRoles(roles, settings) }
    : changeSettings(facts, settings, false);
  const place = perRole
    ? ` for ${roles.length === 1 ? 'role' : 'roles'} ${listText(roles.map((role) => cleanName(role)))}`
    : '';
  const what = isStuck
    ? `Set tcp_user_timeout${place}: connections whose answers nobody takes then end after 30 s, not after 15 minutes or never. Keepalives do not probe them.`
    : `Switch on TCP keepalives${place}: dead clients are then noticed after 2 minutes, not 2 hours.`;
  return [
    forOperator(`${what} This applies to new sessions.${where}`, paste),
    forOperator(
      'Find what cuts clients off without closing the connection: a firewall, NAT gateway or proxy that drops idle connections, or hosts that are killed. Keepalives that are shorter than its idle limit keep connections open.',
    ),
  ];
}

function forRoles(roles: readonly string[], settings: readonly ServerSetting[]): Advice['paste'] {
  const each = (lineOf: (setting: ServerSetting) => string) =>
    roles.flatMap((role) =>
      settings.map((setting) => `ALTER ROLE ${quoteIdentifier(role)} ${lineOf(setting)};`),
    );
  return sqlPaste(
    each(({ name, sql }) => `SET ${name} = ${sql}`),
    each(({ name }) => `RESET ${name}`),
  );
}
