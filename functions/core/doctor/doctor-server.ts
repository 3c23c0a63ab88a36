import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import type { Provider } from '../server/snapshot.ts';
import { type DoctorFacts, majorVersion, type Override } from './doctor-facts.ts';
import {
  adviceFinding,
  byHand,
  bySettings,
  bySql,
  type DoctorFinding,
  namesText,
  okFinding,
  problemFinding,
} from './doctor-finding.ts';
import { KNOWN_VERSIONS } from './role-sql.ts';

const PROVIDERS: Readonly<Record<Provider, string>> = {
  rds: 'Amazon RDS',
  aurora: 'Amazon Aurora',
  azure: 'Azure Database',
  google: 'Google Cloud SQL',
};

/** Which product answers, and whether we know its version. */
export function checkServer({
  snapshot,
  isReplica,
}: Pick<DoctorFacts, 'snapshot' | 'isReplica'>): DoctorFinding {
  const { provider } = snapshot.server;
  const where = provider === null ? '' : ` on ${PROVIDERS[provider]}`;
  const replica = isReplica ? ', a read replica: its roles are changed on the primary' : '';
  const found = `PostgreSQL ${cleanName(snapshot.server.version)}${where}${replica}`;
  const major = majorVersion(snapshot);
  const { oldest, newest } = KNOWN_VERSIONS;
  if (major >= oldest && major <= newest) return okFinding('server', `${found}.`);
  const hint = byHand(
    `Run headroom plan and headroom remediate without --apply first. Tested versions are ${oldest} to ${newest}.`,
  );
  return adviceFinding('server', `${found}: pg-headroom was not tested with this version.`, hint);
}

export function serverAnswers(): DoctorFinding {
  return okFinding('direct', 'The server itself answers, not a pooler.');
}

/** For a connection that failed with `pooler-in-between`. The other checks cannot run then. */
export function poolerAnswers(): DoctorFinding {
  return problemFinding(
    'direct',
    'A pooler answers in place of the server. Through a pooler we cannot tell sessions apart, and a full pooler refuses us.',
    byHand("Name the server's own host and port: on RDS the instance's endpoint, not the proxy's."),
  );
}

/** Whether our password and other clients' statements are encrypted on their way. */
export function checkTls({ connection }: Pick<DoctorFacts, 'connection'>): DoctorFinding {
  const { tls, crossesNetwork } = connection;
  if (tls !== null) return okFinding('tls', `Our connection is encrypted (${cleanName(tls)}).`);
  if (!crossesNetwork)
    return okFinding('tls', "Our connection stays on the server's machine and needs no TLS.");
  return adviceFinding(
    'tls',
    'Our connection crosses a network without encryption.',
    byHand(
      'Remove sslmode=disable from the URL. The server needs ssl = on and a certificate for its host name.',
    ),
  );
}

/** Where the server does not show what sessions do, a run never ends them. */
export function checkActivity(
  facts: Pick<DoctorFacts, 'snapshot' | 'settings' | 'overrides'>,
): readonly DoctorFinding[] {
  const name = 'track_activities';
  const off = facts.overrides.filter(({ setting, value }) => setting === name && !isOn(value));
  const consequence = 'the server does not show what they do, so a run never ends them';
  if (facts.settings.get(name)?.value === 'off' && !off.some(({ role }) => role === null)) {
    const mend = bySettings(facts, { name, sql: 'on', parameter: '1' });
    return [problemFinding('activity', `${name} is off for all sessions: ${consequence}.`, mend)];
  }
  if (off.length === 0) return [okFinding('activity', `The server shows what sessions do (${name}).`)];
  const names = namesText(off.map(({ role, database }) => role ?? database ?? ''));
  const mend = bySql(...off.map((each) => `${owner(each)} RESET ${name};`));
  return [problemFinding('activity', `${name} is off for sessions of ${names}: ${consequence}.`, mend)];
}

/** Reads a Boolean as the server does, in any case of letters. */
function isOn(value: string): boolean {
  return /^(on|true|t|yes|y|1)$/i.test(value);
}

/** The role or database that has a setting of its own, as ALTER names it. */
function owner({ role, database }: Override): string {
  if (role === null) return `ALTER DATABASE ${quoteIdentifier(database ?? '')}`;
  const inDatabase = database === null ? '' : ` IN DATABASE ${quoteIdentifier(database)}`;
  return `ALTER ROLE ${quoteIdentifier(role)}${inDatabase}`;
}
