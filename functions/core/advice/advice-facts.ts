import type { Culprit, Diagnosis } from '../diagnosis/cause.ts';
import { majorVersion } from '../doctor/doctor-facts.ts';
import { serverPressure } from '../plan/pressure.ts';
import type { RunRecord } from '../run/record.ts';
import { type ClientTechnology, technologyOf } from '../server/client-technology.ts';
import { groupName } from '../server/group-name.ts';
import { programNames } from '../server/programs-in.ts';
import { groupText, type Ranking, rankGroups } from '../server/rank-groups.ts';
import { type Group, isHidden, type Session } from '../server/session.ts';
import { compareText, type Pressure, slotHolders } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';

/** The clients of a group, as far as its sessions tell. */
export type Clients = {
  /** Cleaned, for sentences. */
  readonly name: string;
  readonly sessions: readonly Session[];
  readonly technology: ClientTechnology | null;
  /** How many sessions are in another state than `idle`. */
  readonly busy: number;
  /** The most sessions of one address, and the most busy ones of one address. */
  readonly mostPerAddress: number;
  readonly mostBusyPerAddress: number;
};

export type KnownCulprit = Culprit & Clients;

/** All sessions that a culprit stands for: several programs may share a cause, such as the tools of several people. */
export function explainedSessions({ alike, members, sessions }: KnownCulprit): readonly Session[] {
  return alike === undefined ? sessions : (members ?? sessions);
}

/** The facts from which advice is computed, gathered once. */
export type AdviceFacts = {
  readonly record: RunRecord;
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
  readonly ranking: Ranking;
  /** The server's slots. `need` is the number of slots to free until the policy's `until` holds. */
  readonly slots: Pressure;
  readonly major: number;
  /** GaussDB(DWS) and openGauss have settings and a console of their own. */
  readonly isGauss: boolean;
  /**
   * Whether the server is a read replica. Roles and databases are changed on the primary, for all of its
   * servers. Advice then says what to check there, and computes no value from this replica.
   */
  readonly isReplica: boolean;
  /** The culprits of the cause that advice is for, the largest first. */
  readonly culprits: readonly KnownCulprit[];
  /** All sessions, by the name of their program as `groupText` writes it. */
  readonly sessionsOf: ReadonlyMap<string, readonly Session[]>;
};

export function adviceFactsOf(record: RunRecord, snapshot: Snapshot, diagnosis: Diagnosis): AdviceFacts {
  const seen = slotHolders(snapshot).filter((session) => !isHidden(session));
  const nameOf = programNames(snapshot);
  const sessionsOf = Map.groupBy(seen, (session) => groupText(nameOf(session)));
  return {
    record,
    snapshot,
    diagnosis,
    ranking: rankGroups(snapshot),
    slots: serverPressure(snapshot, record.policy),
    major: majorVersion(snapshot),
    isGauss: snapshot.server.flavor === 'gaussdb',
    isReplica: snapshot.server.isReplica === true,
    culprits: diagnosis.culprits.map((culprit) => ({
      ...culprit,
      ...clientsIn(
        culprit.usage.group,
        sessionsOf.get(groupText(culprit.usage.group)) ?? culprit.members ?? ofRoles(seen, culprit),
      ),
    })),
    sessionsOf,
  };
}

/** Many roles that are named as one are no single program. */
function ofRoles(seen: readonly Session[], { usage }: Culprit): readonly Session[] {
  const roles = new Set(usage.roles.map(({ name }) => name));
  return seen.filter(({ user }) => roles.has(user ?? ''));
}

export function clientsOf(group: Group, sessionsOf: AdviceFacts['sessionsOf']): Clients {
  return clientsIn(group, sessionsOf.get(groupText(group)) ?? []);
}

/** What these sessions tell about the clients under the group's name. */
export function clientsIn(group: Group, sessions: readonly Session[]): Clients {
  const perAddress = [...Map.groupBy(sessions, ({ address }) => address).values()];
  return {
    name: groupName(group),
    sessions,
    technology: technologyOf(commonestIn(sessions) ?? group.application, sessions),
    busy: busyIn(sessions),
    mostPerAddress: Math.max(0, ...perAddress.map(({ length }) => length)),
    mostBusyPerAddress: Math.max(0, ...perAddress.map(busyIn)),
  };
}

/** The full name of most sessions. A pattern contains a technology's name only by chance. */
function commonestIn(sessions: readonly Session[]): string | undefined {
  const names = [...Map.groupBy(sessions, ({ application }) => application)];
  return names.toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || compareText(a, b))[0]?.[0];
}

function busyIn(sessions: readonly Session[]): number {
  return sessions.filter(({ state }) => state !== 'idle').length;
}
