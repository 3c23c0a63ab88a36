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

/** A group's clients, as far as its sessions tell. */
export type Clients = {
  /** For sentences, clean. */
  readonly name: string;
  readonly sessions: readonly Session[];
  readonly technology: ClientTechnology | null;
  /** Sessions in anything but plain idleness. */
  readonly busy: number;
  /** The most that come from one address, and the most of them that are busy. */
  readonly mostPerAddress: number;
  readonly mostBusyPerAddress: number;
};

export type KnownCulprit = Culprit & Clients;

/** What advice is computed from, worked out once. */
export type AdviceFacts = {
  readonly record: RunRecord;
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
  readonly ranking: Ranking;
  /** The server's slots. `need` is what has to be given back until the policy's `until` holds. */
  readonly slots: Pressure;
  readonly major: number;
  /** GaussDB(DWS) and openGauss have settings and a console of their own. */
  readonly isGauss: boolean;
  /**
   * A read replica: its roles and databases are changed on the primary, for all servers of it. Advice then says what to
   * look at there, and computes nothing from this one.
   */
  readonly isReplica: boolean;
  /** Those of the cause that advice is asked for, the largest first. */
  readonly culprits: readonly KnownCulprit[];
  /** All sessions, by the name of their program as `groupText` has it. */
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
        sessionsOf.get(groupText(culprit.usage.group)) ?? ofRoles(seen, culprit),
      ),
    })),
    sessionsOf,
  };
}

/** Many roles that are told as one have no program of their own. */
function ofRoles(seen: readonly Session[], { usage }: Culprit): readonly Session[] {
  const roles = new Set(usage.roles.map(({ name }) => name));
  return seen.filter(({ user }) => roles.has(user ?? ''));
}

export function clientsOf(group: Group, sessionsOf: AdviceFacts['sessionsOf']): Clients {
  return clientsIn(group, sessionsOf.get(groupText(group)) ?? []);
}

/** What these sessions tell of clients that go by the group's name. */
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

/** The full name that most of them have: a pattern has a technology's name only by chance. */
function commonestIn(sessions: readonly Session[]): string | undefined {
  const names = [...Map.groupBy(sessions, ({ application }) => application)];
  return names.toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || compareText(a, b))[0]?.[0];
}

function busyIn(sessions: readonly Session[]): number {
  return sessions.filter(({ state }) => state !== 'idle').length;
}
