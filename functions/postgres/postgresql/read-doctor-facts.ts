import { bytesOf, nameText } from '../../core/base/server-text.ts';
import {
  type Configuration,
  type DoctorFacts,
  EXAMINED_SETTINGS,
  type ForeignRight,
  GRANTED_ROLES,
  type Membership,
  NEEDLESS_ATTRIBUTES,
  type Override,
  type OwnConnection,
  type OwnRole,
  type OwnSetting,
  type ReserveUser,
  type RoleAttribute,
  type Setting,
} from '../../core/doctor/doctor-facts.ts';
import type { Query } from '../connection/query.ts';
import { readSnapshot } from './read-snapshot.ts';
import { READ_DOCTOR_CONNECTION } from './sql/read-doctor-facts-connection.ts';
import { READ_DOCTOR_OPENINGS, READ_DOCTOR_OWN_SETTINGS } from './sql/read-doctor-facts-database.ts';
import { READ_DOCTOR_RESERVE_USERS } from './sql/read-doctor-facts-reserve.ts';
import { READ_DOCTOR_GRANTS, READ_DOCTOR_ROLE } from './sql/read-doctor-facts-role.ts';
import { READ_DOCTOR_OVERRIDES, READ_DOCTOR_SETTINGS } from './sql/read-doctor-facts-settings.ts';

type RoleRow = Pick<OwnRole, 'name' | 'connectionLimit' | 'passwordLeftMs' | 'notCallable'> &
  Readonly<Record<RoleAttribute, boolean>>;
type GrantRow = { readonly name: string; readonly usable: boolean; readonly member: boolean };
type ConnectionRow = OwnConnection & Pick<DoctorFacts, 'isReplica'> & { readonly encoding: string };

/** Reads everything that the doctor checks: one statement per concern, sent together. Changes nothing. */
export async function readDoctorFacts(query: Query, versionNumber: number): Promise<DoctorFacts> {
  const [snapshot, { encoding, ...configuration }, reserveUsers, openings, ownSettings] = await Promise.all([
    readSnapshot(query, versionNumber),
    readEncoded(query),
    query(READ_DOCTOR_RESERVE_USERS),
    query(READ_DOCTOR_OPENINGS),
    query(READ_DOCTOR_OWN_SETTINGS),
  ]);
  const text = textIn(encoding);
  return {
    snapshot,
    ...configuration,
    reserveUsers: (reserveUsers as readonly ReserveUser[]).map((user) => ({
      ...user,
      name: text(user.name),
      via: textOrNull(user.via, text),
    })),
    openings: (openings as readonly ForeignRight[]).map((opening) => ({
      ...opening,
      role: textOrNull(opening.role, text),
    })),
    ownSettings: ownSettings as readonly OwnSetting[],
  };
}

/** Reads our role, the settings and how we connected, in the same way. */
export async function readConfiguration(query: Query): Promise<Configuration> {
  const { encoding, ...configuration } = await readEncoded(query);
  return configuration;
}

async function readEncoded(query: Query): Promise<Configuration & { readonly encoding: string }> {
  const [connections, roles, grants, settings, overrides] = await Promise.all([
    query(READ_DOCTOR_CONNECTION),
    query(READ_DOCTOR_ROLE),
    query(READ_DOCTOR_GRANTS, [GRANTED_ROLES]),
    query(READ_DOCTOR_SETTINGS, [EXAMINED_SETTINGS]),
    query(READ_DOCTOR_OVERRIDES, [EXAMINED_SETTINGS]),
  ]);
  const { isReplica, encoding, ...connection } = connections[0] as ConnectionRow;
  const text = textIn(encoding);
  const role = toOwnRole(roles[0] as RoleRow, grants as readonly GrantRow[]);
  return {
    encoding,
    isReplica,
    connection: { ...connection, database: text(connection.database) },
    role: { ...role, name: text(role.name) },
    settings: new Map(
      (settings as readonly (Setting & { readonly name: string })[]).map(({ name, ...setting }) => [
        name,
        { ...setting, value: text(setting.value) },
      ]),
    ),
    overrides: (overrides as readonly Override[]).map((override) => ({
      ...override,
      value: text(override.value),
      role: textOrNull(override.role, text),
      database: textOrNull(override.database, text),
    })),
  };
}

/** Decodes names and values that all databases share, in the encoding of our database. */
function textIn(encoding: string): (escaped: string) => string {
  return (escaped) => nameText(bytesOf(escaped), encoding).text;
}

function textOrNull(escaped: string | null, text: (escaped: string) => string): string | null {
  return escaped === null ? null : text(escaped);
}

function toOwnRole(row: RoleRow, rows: readonly GrantRow[]): OwnRole {
  const { name, connectionLimit, passwordLeftMs, notCallable } = row;
  const grants = GRANTED_ROLES.map((granted) => [
    granted,
    grantOf(rows.find((each) => each.name === granted)),
  ]);
  return {
    name,
    attributes: NEEDLESS_ATTRIBUTES.filter((attribute) => row[attribute]),
    connectionLimit,
    passwordLeftMs,
    grants: Object.fromEntries(grants) as OwnRole['grants'],
    notCallable,
  };
}

function grantOf(row: GrantRow | undefined): Membership {
  if (row === undefined) return 'no-such-role';
  if (row.usable) return 'usable';
  return row.member ? 'not-inherited' : 'missing';
}
