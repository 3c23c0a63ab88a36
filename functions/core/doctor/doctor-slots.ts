import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { takesSlot } from '../server/session.ts';
import { clientSessions, usableSlots } from '../server/slots.ts';
import { ownSessions } from '../server/snapshot.ts';
import { type DoctorFacts, majorVersion } from './doctor-facts.ts';
import {
  adviceFinding,
  byHand,
  bySettings,
  bySql,
  type DoctorFinding,
  type Mend,
  type NewValue,
  namesText,
  okFinding,
  problemFinding,
} from './doctor-finding.ts';
import { missingGrant } from './doctor-role.ts';
import { RESERVED_SLOTS, ROLE_LIMIT } from './role-sql.ts';

const RESERVE: NewValue = {
  name: 'reserved_connections',
  sql: String(RESERVED_SLOTS),
  parameter: String(RESERVED_SLOTS),
};
/** From this share of the usable slots on, sessions that no run may end decide whether a run can help. */
const MANY_SUPERUSERS_PERCENT = 10;

/** The slots that ordinary roles share. */
export function checkSlots({ snapshot }: Pick<DoctorFacts, 'snapshot'>): DoctorFinding {
  const { slots } = snapshot;
  const usable = usableSlots(slots);
  const reserves = [
    slots.superuserReserved > 0 ? `${slots.superuserReserved} for superusers` : '',
    slots.reserved > 0 ? `${slots.reserved} by reserved_connections` : '',
    slots.providerReserved > 0 ? `${slots.providerReserved} for the provider` : '',
  ].filter((part) => part !== '');
  const reserved = reserves.length > 0 ? ` (reserved: ${reserves.join(', ')})` : '';
  const isOwn = ownSessions(snapshot);
  const used = snapshot.sessions.filter((each) => takesSlot(each) && !isOwn(each)).length;
  const found = `${usable} of ${slots.max} slots are usable${reserved}, ${used} used now.`;
  if (usable > 0) return okFinding('slots', found);
  return problemFinding(
    'slots',
    found,
    byHand('Raise max_connections or lower the reserves. Both need a restart.'),
  );
}

/**
 * Without slots for superusers no administrator can connect to a full server. Providers have their own way
 * in.
 */
export function checkSuperuserReserve(
  facts: Pick<DoctorFacts, 'snapshot' | 'settings'>,
): readonly DoctorFinding[] {
  if (facts.snapshot.slots.superuserReserved > 0 || facts.snapshot.server.provider !== null) return [];
  const found = 'No slot is reserved for superusers: no administrator can connect to a full server.';
  const value = { name: 'superuser_reserved_connections', sql: '3', parameter: '3' };
  return [adviceFinding('superuser-reserve', found, bySettings(facts, value))];
}

/** Whether our role can connect when the usable slots are taken. */
export function checkReserve(facts: Pick<DoctorFacts, 'snapshot' | 'role' | 'settings'>): DoctorFinding {
  const { role, snapshot } = facts;
  const { reserved } = snapshot.slots;
  const name = cleanName(role.name);
  if (majorVersion(snapshot) < 16) return reserveBefore16(facts);
  const missing = missingGrant(role, 'pg_use_reserved_connections', majorVersion(snapshot));
  if (reserved === 0) {
    const mend = bySettings(facts, RESERVE);
    return problemFinding(
      'reserve',
      'No slots are reserved for our role (reserved_connections is 0): on a full server it must wait for a free slot like all other clients.',
      { ...mend, sql: [...mend.sql, ...(missing?.mend.sql ?? [])] },
    );
  }
  const slots = reserved === 1 ? '1 slot is' : `${reserved} slots are`;
  if (missing !== null)
    return problemFinding(
      'reserve',
      `${slots} reserved, but not for role ${name}: ${missing.found}.`,
      missing.mend,
    );
  if (reserved >= RESERVED_SLOTS)
    return okFinding('reserve', `${slots} reserved (reserved_connections), and role ${name} may use them.`);
  const found = `${slots} reserved (reserved_connections). With ${RESERVED_SLOTS} it gets in more easily when many clients connect at once.`;
  return adviceFinding('reserve', found, bySettings(facts, RESERVE));
}

/**
 * Up to 15 the reserve is for superusers, and on RDS for members of rds_superuser. Our role should not have
 * that much power.
 */
function reserveBefore16({ role, snapshot }: Pick<DoctorFacts, 'snapshot' | 'role'>): DoctorFinding {
  const major = majorVersion(snapshot);
  if (role.attributes.includes('SUPERUSER') || role.grants.rds_superuser === 'usable')
    return okFinding('reserve', `Role ${cleanName(role.name)} may use the slots reserved for superusers.`);
  return adviceFinding(
    'reserve',
    `PostgreSQL ${major} reserves slots for superusers only: on a full server our role can connect only when a slot becomes free.`,
    byHand(
      'PostgreSQL 16 and later can reserve slots for it. Until then set the policy so that scheduled runs act before the server is full.',
    ),
  );
}

/** Which other roles may use the reserve, and may have taken it before us. */
export function checkReserveUsers({
  snapshot,
  reserveUsers,
}: Pick<DoctorFacts, 'snapshot' | 'reserveUsers'>): readonly DoctorFinding[] {
  if (majorVersion(snapshot) < 16) return [];
  const isAdministrator = ({ superuser, via }: DoctorFacts['reserveUsers'][number]) =>
    superuser || via === 'rds_superuser';
  const administrators = reserveUsers.filter(isAdministrator).map(({ name }) => name);
  const others = reserveUsers.filter((each) => !isAdministrator(each));
  const besides = administrators.length > 0 ? `Besides administrators (${namesText(administrators)}) ` : '';
  if (others.length === 0)
    return [
      okFinding(
        'reserve-users',
        `${besides}${besides === '' ? 'N' : 'n'}o other role may use the reserved slots.`,
      ),
    ];
  const names = others.map(({ name, via }) => (via === null || via === name ? name : `${name} (by ${via})`));
  const most = others.reduce((sum, each) => sum + (each.connectionLimit ?? Number.POSITIVE_INFINITY), 0);
  const found = `${besides}${namesText(names)} may use the reserved slots as well`;
  if (snapshot.slots.reserved - most >= RESERVED_SLOTS)
    return [okFinding('reserve-users', `${found}. Their CONNECTION LIMITs leave enough for us.`)];
  const granted = [...new Set(others.map(({ name, via }) => via ?? name))];
  const mend = bySql(
    ...granted.map((each) => `REVOKE pg_use_reserved_connections FROM ${quoteIdentifier(each)};`),
  );
  return [adviceFinding('reserve-users', `${found}. They may have taken them before we connect.`, mend)];
}

/** No run ends sessions of superusers, so an application that logs in as one can leak without a remedy. */
export function checkSuperuserSessions({
  snapshot,
}: Pick<DoctorFacts, 'snapshot'>): readonly DoctorFinding[] {
  const held = clientSessions(snapshot).filter(({ superuser }) => superuser);
  const usable = usableSlots(snapshot.slots);
  if (held.length * 100 < MANY_SUPERUSERS_PERCENT * usable || held.length === 0) return [];
  const names = namesText([...new Set(held.map(({ user }) => user ?? ''))]);
  const found = `Superusers hold ${held.length} of ${usable} usable slots (${names}). No run ever ends their sessions.`;
  const mend = byHand('Give each application an ordinary role of its own.');
  return [adviceFinding('superuser-sessions', found, mend)];
}

/** The CONNECTION LIMIT of the maintenance database holds for us too. */
export function checkDatabaseLimit({
  snapshot,
  connection: { database },
}: Pick<DoctorFacts, 'snapshot'> & {
  readonly connection: Pick<DoctorFacts['connection'], 'database'>;
}): readonly DoctorFinding[] {
  const limit = snapshot.slots.databases.find(({ name }) => name === database)?.limit;
  if (limit === undefined) return [];
  const isOwn = ownSessions(snapshot);
  const used = snapshot.sessions.filter((each) => each.database === database && !isOwn(each)).length;
  const found = `Database ${cleanName(database)}, to which we connect, has a CONNECTION LIMIT of ${limit}, and others use ${used}`;
  if (limit - used >= ROLE_LIMIT) return [okFinding('database-limit', `${found}.`)];
  const mend: Mend = {
    sql: [`ALTER DATABASE ${quoteIdentifier(database)} CONNECTION LIMIT -1;`],
    note: 'Or connect to another database.',
  };
  return [problemFinding('database-limit', `${found}. It may refuse us.`, mend)];
}
