import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import type { Policy } from '../policy/policy.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { OwnRole } from './doctor-facts.ts';
import {
  adviceFinding,
  byHand,
  bySql,
  type DoctorFinding,
  type Mend,
  okFinding,
  problemFinding,
} from './doctor-finding.ts';
import { checkConnectionLimit, checkPassword } from './doctor-role.ts';
import { checkDatabaseLimit, checkSlots } from './doctor-slots.ts';
import { checkApplicationNames } from './lost-names.ts';

export type GaussdbFacts = {
  readonly snapshot: Snapshot;
  readonly role: Pick<OwnRole, 'name' | 'connectionLimit' | 'passwordLeftMs'> & {
    readonly isAdministrator: boolean;
  };
  /** The database to which we connect. */
  readonly database: string;
  /** Whether our role has the rights of `gs_role_signal_backend`. Null where that role does not exist. */
  readonly maySignal: boolean | null;
  readonly settings: ReadonlyMap<string, string>;
};

/** The settings that the checks read. */
export const EXAMINED_ON_GAUSSDB: readonly string[] = [
  'log_line_prefix',
  'session_timeout',
  'sysadmin_reserved_connections',
  'track_activities',
];

const IN_CONSOLE =
  'On GaussDB(DWS) in its console: Clusters, the cluster, Parameter Modifications, Save. Elsewhere with gs_guc or ALTER SYSTEM SET.';

/** What can be checked on GaussDB, GaussDB(DWS) and openGauss, in the order in which people read it. */
export function examineGaussdb(facts: GaussdbFacts, policy: Policy | null = null): readonly DoctorFinding[] {
  const { role, snapshot, database } = facts;
  const attributes: OwnRole['attributes'] = role.isAdministrator ? ['SUPERUSER'] : [];
  return [
    checkProduct(facts),
    checkPooler(),
    checkSight(facts),
    checkSignal(facts),
    ...checkConnectionLimit({ role: { ...role, attributes } }),
    ...checkPassword({ role }),
    checkSlots({ snapshot }),
    checkAdministratorsReserve(facts),
    ...checkDatabaseLimit({ snapshot, connection: { database } }),
    checkTracking(facts),
    ...checkApplicationNames(facts, policy),
    checkPrefix(facts),
    checkSessionTimeout(facts),
  ];
}

function checkProduct({ snapshot }: GaussdbFacts): DoctorFinding {
  const found = `${cleanName(snapshot.server.version)}: our support follows its documentation and openGauss's sources. It was tested against a simulation only.`;
  return adviceFinding(
    'server',
    found,
    byHand('Run headroom plan and headroom remediate without --apply first.'),
  );
}

/**
 * On this product the process id of the protocol is not the id of the thread, so that a pooler cannot be
 * recognized.
 */
function checkPooler(): DoctorFinding {
  const found = 'On this product we cannot tell whether a pooler answers in place of the server.';
  return adviceFinding(
    'direct',
    found,
    byHand("Make sure that the URL names the server's own host and port."),
  );
}

function checkSight({ role, snapshot }: GaussdbFacts): DoctorFinding {
  const name = cleanName(role.name);
  if (snapshot.server.readsAllStats)
    return okFinding('visibility', `Role ${name} sees other roles' sessions.`);
  const mend: Mend = {
    sql: [`ALTER USER ${quoteIdentifier(role.name)} MONADMIN;`],
    note: `On GaussDB(DWS) instead: GRANT gs_role_read_all_stats TO ${quoteIdentifier(role.name)};`,
  };
  return problemFinding('visibility', `Role ${name} cannot see other roles' sessions.`, mend);
}

function checkSignal({ role, maySignal }: GaussdbFacts): DoctorFinding {
  const name = cleanName(role.name);
  if (role.isAdministrator)
    return okFinding('terminate', `Role ${name} may end other roles' sessions, as a system administrator.`);
  if (maySignal)
    return okFinding('terminate', `Role ${name} may end other roles' sessions (gs_role_signal_backend).`);
  const found =
    maySignal === null
      ? `Role ${name} can end sessions only in databases that it owns: this server has no gs_role_signal_backend.`
      : `Role ${name} cannot end other roles' sessions: gs_role_signal_backend is missing.`;
  const mend =
    maySignal === null
      ? byHand('On this server only a system administrator can end other sessions.')
      : bySql(`GRANT gs_role_signal_backend TO ${quoteIdentifier(role.name)};`);
  return problemFinding('terminate', found, mend);
}

/**
 * The administrator's slots need a role with far more rights than ending sessions. A smaller role has to wait
 * for a free slot.
 */
function checkAdministratorsReserve({ role, settings }: GaussdbFacts): DoctorFinding {
  const reserved = settings.get('sysadmin_reserved_connections') ?? '0';
  const name = cleanName(role.name);
  if (role.isAdministrator)
    return okFinding(
      'reserve',
      `Role ${name} is a system administrator and may use the ${reserved} slots reserved for them. With a stolen password all its rights are lost.`,
    );
  const found = `${reserved} slots are reserved for system administrators only (sysadmin_reserved_connections): on a full server role ${name} can connect only when a slot becomes free.`;
  return adviceFinding(
    'reserve',
    found,
    byHand('Set the policy so that scheduled runs act before the server is full.'),
  );
}

function checkTracking({ settings }: GaussdbFacts): DoctorFinding {
  const name = 'track_activities';
  if (settings.get(name) === 'on')
    return okFinding('activity', `The server shows what sessions do (${name}).`);
  const found = `${name} is off: the server does not show what sessions do, so a run never ends them.`;
  return problemFinding('activity', found, byHand(`Set it to on. ${IN_CONSOLE}`));
}

function checkPrefix({ settings }: GaussdbFacts): DoctorFinding {
  const prefix = settings.get('log_line_prefix') ?? '';
  if (/%-?\d*e/.test(prefix.replaceAll('%%', '')))
    return okFinding('log-sqlstate', 'The log has the SQLSTATE of each line (%e).');
  const found = `log_line_prefix '${cleanName(prefix)}' has no %e: refusals are recognized by their wording only.`;
  return adviceFinding(
    'log-sqlstate',
    found,
    byHand(`The default has it: %m %c %d %p %a %x %n %e. ${IN_CONSOLE}`),
  );
}

/** In seconds. The default is 600. */
function checkSessionTimeout({ settings }: GaussdbFacts): DoctorFinding {
  const name = 'session_timeout';
  const seconds = settings.get(name);
  if (seconds === undefined) return okFinding('idle-sessions', `This server has no ${name}.`);
  if (seconds === '0') {
    const found = `Idle sessions never end: ${name} is 0.`;
    return adviceFinding('idle-sessions', found, byHand(`Set it to 600, the default. ${IN_CONSOLE}`));
  }
  return okFinding(
    'idle-sessions',
    `Idle sessions end after ${cleanName(seconds)} s (${name}). Pools must expect that.`,
  );
}
