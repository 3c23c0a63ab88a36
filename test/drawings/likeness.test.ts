import { describe, expect, test } from 'vitest';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';
import { recordings } from '../incidents/recordings.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import type { Kind } from './drawing.ts';
import { drawn, KINDS } from './judge.ts';
import { LEAKS } from './kinds/leaks.ts';
import { Random } from './random.ts';
import { recordOfScene } from './record-of-scene.ts';
import { renamedRecord, renamingOf } from './rename.ts';
import { threeTimes } from './three-times.ts';

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

const RENAMED = 'the names of roles, applications and databases, and addresses';

const CHANGES: Readonly<Record<string, Change>> = {
  'the order of the rows': shuffled,
  [RENAMED]: renamedRecord,
  'process ids': withOtherPids,
  versions: ofAnotherVersion,
};

const saidOf = (record: RunRecord) => {
  const diagnosis = diagnose(record);
  const [first] = diagnosis?.culprits ?? [];
  return JSON.stringify([diagnosis?.cause, first?.usage.group.application, first?.usage.group.user]);
};

/** Whether the same is said of the changed incident, under other names if those were changed. */
function isSaid(record: RunRecord, changed: RunRecord, isRenamed: boolean): boolean {
  if (!isRenamed || record.snapshot === null) return saidOf(changed) === saidOf(record);
  const rename = renamingOf(record.snapshot);
  const [before, after] = [record, changed].map(diagnose);
  const [one, other] = [before?.culprits[0]?.usage, after?.culprits[0]?.usage];
  // The part that many names have in common may change, and of programs alike in size another may come first.
  const isAlike = one?.sessions === other?.sessions && one?.roles.length === other?.roles.length;
  const isOnlyOne = one !== undefined && one.roles.length === 1 && before?.cause !== 'pooler-oversized';
  return (
    before?.cause === after?.cause &&
    isAlike &&
    (!isOnlyOne || rename(one.group.application) === other?.group.application)
  );
}

const aThirdOutsideCi = (count: number) => (IS_THOROUGH ? count : count / 3);
const drawnOf = (kinds: readonly Kind[], count: number) =>
  kinds.flatMap((kind) =>
    Array.from({ length: count }, (_, seed) => ({
      name: `${kind.name} ${seed}`,
      record: recordOfScene(drawn(kind, seed + 1_000).scene),
    })),
  );
const DRAWN = drawnOf(KINDS, aThirdOutsideCi(6));
const OTHER_KINDS = KINDS.filter((kind) => !LEAKS.includes(kind));
/** A policy may name an address, and a pooler's console names pids and databases. */
const isFree = ({ policy, snapshot }: RunRecord) => policy.protect.poolers.length === 0 && !snapshot?.pooler;
/** Of fewer sessions nothing can be said, of three times as many it can. */
const isLarge = ({ snapshot }: RunRecord) => (snapshot?.sessions.length ?? 0) >= 20;
const RECORDED = recordings().map(({ story, record }) => ({ name: story.name, record }));

describe.each(Object.entries(CHANGES))('%s change neither cause nor culprit', (what, change) => {
  test.each([
    ['recorded', RECORDED],
    ['drawn', DRAWN],
  ] as const)('of %s incidents', (_, incidents) => {
    const random = new Random(what.length);
    const free = incidents.filter(({ record }) => isFree(record));
    const changed = free.filter(({ record }) => !isSaid(record, change(record, random), what === RENAMED));
    expect(free.length).toBeGreaterThan(60);
    expect(changed.map(({ name }) => name)).toEqual([]);
  });
});

describe('three times the sessions change neither cause nor culprit', () => {
  const changedIn = (incidents: typeof DRAWN) => {
    // What few sessions do not tell, three times as many may tell.
    const large = incidents.filter(
      ({ record }) => isFree(record) && isLarge(record) && diagnose(record)?.cause !== 'unclear',
    );
    const changed = large.filter(({ record }) => saidOf(threeTimes(record)) !== saidOf(record));
    return { of: large.length, changed: changed.map(({ name }) => name) };
  };

  test.each([
    ['recorded incidents', 60, () => RECORDED],
    ['drawn leaks', aThirdOutsideCi(200), () => drawnOf(LEAKS, aThirdOutsideCi(45))],
    ['other drawn incidents', aThirdOutsideCi(300), () => drawnOf(OTHER_KINDS, aThirdOutsideCi(12))],
  ] as const)('of %s', (_, least, incidents) => {
    const { of, changed } = changedIn(incidents());
    expect(of).toBeGreaterThan(least);
    expect(changed).toEqual([]);
  });
});
