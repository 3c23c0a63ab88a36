import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { listText } from '../base/words.ts';
import { roleOf } from '../server/rank-groups.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { changeSettings } from './server-setting.ts';
import { maySet } from './session-timeouts.ts';

/** With these values a dead host is noticed after 60 + 6 × 10 seconds. */
const KEEPALIVES = [
  { name: 'tcp_keepalives_idle', value: 60 },
  { name: 'tcp_keepalives_interval', value: 10 },
  { name: 'tcp_keepalives_count', value: 6 },
] as const;
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
  const { where, paste } = perRole
    ? { where: '', paste: forRoles(roles) }
    : changeSettings(
        facts,
        KEEPALIVES.map(({ name, value }) => ({
          name,
          sql: `${value}`,
          parameter: `${value}`,
          before: null,
        })),
        false,
      );
  const place = perRole
    ? ` for ${roles.length === 1 ? 'role' : 'roles'} ${listText(roles.map((role) => cleanName(role)))}`
    : '';
  return [
    forOperator(
      `Switch on TCP keepalives${place}: dead clients are then noticed after 2 minutes, not 2 hours. This applies to new sessions. Sessions that are open now must be ended by hand: pg_terminate_backend(pid).${where}`,
      paste,
    ),
    forOperator(
      'Find what cuts clients off without closing the connection: a firewall, NAT gateway or proxy that drops idle connections, or hosts that are killed. Keepalives that are shorter than its idle limit keep connections open.',
    ),
  ];
}

function forRoles(roles: readonly string[]): Advice['paste'] {
  const each = (lineOf: (name: string, value: number) => string) =>
    roles.flatMap((role) =>
      KEEPALIVES.map(({ name, value }) => `ALTER ROLE ${quoteIdentifier(role)} ${lineOf(name, value)};`),
    );
  return sqlPaste(
    each((name, value) => `SET ${name} = ${value}`),
    each((name) => `RESET ${name}`),
  );
}
