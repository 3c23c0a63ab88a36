import { describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';
import { recordings } from '../incidents/recordings.ts';
import { drawn, KINDS } from './judge.ts';
import { Random } from './random.ts';
import { recordOfScene } from './record-of-scene.ts';

/** What a diagnosis must not depend on: changes that leave what happened as it was. */

type Change = (record: RunRecord, random: Random) => RunRecord;

const withSessions = (
  record: RunRecord,
  change: (sessions: readonly Session[]) => readonly Session[],
): RunRecord => {
  const { snapshot } = record;
  return snapshot === null
    ? record
    : { ...record, snapshot: { ...snapshot, sessions: change(snapshot.sessions) } };
};

const shuffled: Change = (record, random) => withSessions(record, (sessions) => random.shuffled(sessions));

/** Roles, databases and addresses; a program's name may say which program it is, so that it stays. */
const renamed: Change = (record) => {
  // A database's limit is told by the database's name.
  if (record.snapshot?.slots.databases.length !== 0) return record;
  const other = (name: string | null) =>
    name === null || name === '' || name === 'local' ? name : `x${name}`;
  const elsewhere = (address: string) => (/^\d/.test(address) ? address.replace(/^\d+/, '198') : address);
  return withSessions(record, (sessions) =>
    sessions.map((session) => ({
      ...session,
      database: other(session.database),
      address: elsewhere(session.address),
    })),
  );
};

/** Later pids of the same order, in sessions and in locks. */
const withOtherPids: Change = (record) => {
  const moved = (pid: number) => (pid === 0 ? 0 : pid + 50_000);
  const { snapshot } = record;
  if (snapshot === null) return record;
  const { ownPid } = snapshot.server;
  const changed = withSessions(record, (sessions) =>
    sessions.map((session) => ({
      ...session,
      pid: session.pid === null ? null : moved(session.pid),
      blockedBy: session.blockedBy.map(moved),
    })),
  );
  const share = ({ pid, mode }: { readonly pid: number; readonly mode: string }) => ({
    pid: moved(pid),
    mode,
  });
  const locks = snapshot.locks?.map((lock) => ({
    ...lock,
    holders: lock.holders.map(share),
    waiters: lock.waiters.map(share),
  }));
  return {
    ...changed,
    snapshot: changed.snapshot && {
      ...changed.snapshot,
      server: { ...snapshot.server, ownPid: ownPid === null ? null : moved(ownPid) },
      ...(locks && { locks }),
    },
  };
};

/** What a version shows besides is another matter: 18 has clients that are logging in. */
const ofAnotherVersion: Change = (record) => {
  const { snapshot } = record;
  if (snapshot === null || snapshot.server.version.startsWith('18')) return record;
  const version = snapshot.server.version.startsWith('14') ? '17.10' : '14.23';
  return { ...record, snapshot: { ...snapshot, server: { ...snapshot.server, version } } };
};

const CHANGES: Readonly<Record<string, Change>> = {
  'the order of the rows': shuffled,
  'databases and addresses': renamed,
  'process ids': withOtherPids,
  versions: ofAnotherVersion,
};

const saidOf = (diagnosis: Diagnosis | null) => [
  diagnosis?.cause,
  diagnosis?.culprits[0]?.usage.group.application,
  diagnosis?.culprits[0]?.usage.group.user,
];

const DRAWINGS_OF_KIND = 6;
const DRAWN = KINDS.flatMap((kind) =>
  Array.from({ length: DRAWINGS_OF_KIND }, (_, seed) => ({
    name: `${kind.name} ${seed}`,
    record: recordOfScene(drawn(kind, seed + 1_000).scene),
  })),
);
const RECORDED = recordings().map(({ story, record }) => ({ name: story.name, record }));

describe.each(Object.entries(CHANGES))('%s change neither cause nor culprit', (what, change) => {
  test.each([
    ['recorded', RECORDED],
    ['drawn', DRAWN],
  ] as const)('of %s incidents', (_, incidents) => {
    const random = new Random(what.length);
    // A policy may name an address, and a pooler's console names pids and databases.
    const free = incidents.filter(
      ({ record }) => record.policy.protect.poolers.length === 0 && !record.snapshot?.pooler,
    );
    const changed = free.filter(
      ({ record }) => `${saidOf(diagnose(change(record, random)))}` !== `${saidOf(diagnose(record))}`,
    );
    expect(free.length).toBeGreaterThan(60);
    expect(changed.map(({ name }) => name)).toEqual([]);
  });
});

/** Every client three times: at the same moments, from hosts of their own, on a server three times as large. */
function threeTimes({ snapshot, ...record }: RunRecord): RunRecord {
  if (snapshot === null) return { ...record, snapshot };
  const clients = snapshot.sessions.filter(
    ({ backendType, pid }) => backendType === 'client backend' && pid !== snapshot.server.ownPid,
  );
  const copies = [1, 2].flatMap((copy) =>
    clients.map((session) => ({
      ...session,
      pid: session.pid === null ? null : session.pid + copy * 100_000,
      address: session.address.replace(/^\d+/, String(20 + copy)),
    })),
  );
  const max = snapshot.slots.max + copies.length;
  const larger = {
    ...snapshot,
    slots: { ...snapshot.slots, max },
    sessions: [...snapshot.sessions, ...copies],
  };
  const plan = planRemediation(larger, record.policy, record.trigger.kind);
  return { ...record, snapshot: larger, plan };
}

test('three times the sessions change neither cause nor culprit of drawn incidents', () => {
  // Copies of a leak come at the same moments, as nothing that leaks does; limits and locks are of single sessions.
  const kinds = /Hikari|lifetime|quiet|slow queries|left trans|input|tools|monitoring|many roles|too few/;
  const incidents = DRAWN.filter(({ name }) => kinds.test(name));
  const changed = incidents.filter(
    ({ record }) => `${saidOf(diagnose(threeTimes(record)))}` !== `${saidOf(diagnose(record))}`,
  );
  expect(incidents.length).toBeGreaterThan(50);
  expect(changed.map(({ name }) => name)).toEqual([]);
});
