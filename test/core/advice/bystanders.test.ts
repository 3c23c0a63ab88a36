import { describe, expect, test } from 'vitest';
import type { Advice } from '../../../functions/core/advice/advice.ts';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import type { Diagnosis } from '../../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { BUILTIN_APPLICATIONS, PROVIDER_ROLES } from '../../../functions/core/server/builtin-protections.ts';
import { nameMatcher } from '../../../functions/core/server/name-pattern.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { drawn, KINDS } from '../../drawings/judge.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { recordings } from '../../incidents/recordings.ts';
import { aSession, MINUTE } from '../../support/builders.ts';

const DRAWINGS = 2;
const isBuiltin = nameMatcher(BUILTIN_APPLICATIONS);
const BACKUP = /pg_backup_start|pg_start_backup|pg_export_snapshot/i;
const LISTENS = /(?:^|;) *listen\b/i;

type Advised = {
  readonly record: RunRecord;
  readonly diagnosis: Diagnosis;
  readonly advice: readonly Advice[];
};

function advised(record: RunRecord): Advised | null {
  const diagnosis = diagnose(record);
  return diagnosis === null ? null : { record, diagnosis, advice: adviseOn(record, diagnosis) };
}

const linesIn = (advice: readonly Advice[]) =>
  advice.flatMap(({ paste }) => [...(paste?.lines ?? []), ...(paste?.undo ?? [])]);

/** Who may be named: the programs of the main cause, other sessions that it explains, and the role or the database that has reached its limit. */
function blamed({ record, diagnosis: { cause, culprits } }: Advised) {
  const isLimit = cause === 'role-limit' || cause === 'database-limit';
  const main = culprits.filter((culprit) => isLimit || culprit.cause === cause);
  const limits = [...(record.snapshot?.slots.roles ?? []), ...(record.snapshot?.slots.databases ?? [])];
  const roles = new Set([
    ...main.flatMap(({ usage }) => usage.roles.map(({ name }) => name)),
    ...(isLimit ? limits.map(({ name }) => name) : []),
  ]);
  return { roles, explained: new Set(main.flatMap(({ members = [] }) => members.map(({ pid }) => pid))) };
}

function isCovered(session: Session): boolean {
  const { superuser, application, user, lastStatement, backendType } = session;
  return (
    superuser === true ||
    isBuiltin(application) ||
    PROVIDER_ROLES.includes(user ?? '') ||
    (backendType !== null && backendType !== 'client backend') ||
    BACKUP.test(lastStatement ?? '')
  );
}

/** What a paste names that it must not name. */
function wronglyNamed(found: Advised): readonly string[] {
  const sessions = found.record.snapshot?.sessions ?? [];
  const { roles, explained } = blamed(found);
  return linesIn(found.advice).flatMap((line) => {
    const [, kind, owner] = /^ALTER (ROLE|DATABASE) "([^"]+)"/.exec(line) ?? [];
    const [, pid] = /^ {2}\((\d+), '/.exec(line) ?? [];
    const named = sessions.find((each) => pid !== undefined && each.pid === Number(pid));
    const ofRole = sessions.filter(({ user }) => kind === 'ROLE' && user === owner);
    const isListened =
      /idle_session_timeout/.test(line) && ofRole.some((each) => LISTENS.test(each.lastStatement ?? ''));
    // More sessions for a role harm none of its programs.
    const isRaised = found.diagnosis.cause === 'role-limit' && / CONNECTION LIMIT /.test(line);
    const isWrong =
      (owner !== undefined && !roles.has(owner)) ||
      (ofRole.some(isCovered) && !isRaised) ||
      isListened ||
      (named !== undefined &&
        (isCovered(named) || !(roles.has(named.user ?? '') || explained.has(named.pid))));
    return isWrong ? [line] : [];
  });
}

/** The same incident, in which a role also runs something else. */
function beside(record: RunRecord, roles: readonly string[], other: Partial<Session>): RunRecord {
  const { snapshot } = record;
  if (snapshot === null) return record;
  const more = roles.map((user, at) =>
    aSession({ user, pid: 900_000 + at, state: 'active', queryAgeMs: 90 * MINUTE, ...other }),
  );
  return { ...record, snapshot: { ...snapshot, sessions: [...snapshot.sessions, ...more] } };
}

const OTHERS: readonly (readonly [string, Partial<Session>])[] = [
  ['nothing else', {}],
  ['pg_dump', { application: 'pg_dump', lastStatement: 'COPY public.orders TO stdout' }],
  ['a listener', { application: 'notify', state: 'idle', lastStatement: 'LISTEN jobs' }],
  ['pg_cron', { application: 'pg_cron' }],
  ['an exporter', { application: 'postgres_exporter', state: 'idle' }],
  ['a migration', { application: 'Flyway by Redgate' }],
];

const drawnRecords = KINDS.flatMap((kind) =>
  Array.from({ length: DRAWINGS }, (_, seed) => recordOfScene(drawn(kind, seed).scene)),
);

describe.each(OTHERS)('where the roles also run %s, no paste names a bystander', (name, other) => {
  const withOther = (record: RunRecord) => {
    const roles = new Set(
      diagnose(record)?.culprits.flatMap(({ usage }) => usage.roles.map((each) => each.name)),
    );
    return advised(name === 'nothing else' ? record : beside(record, [...roles], other));
  };

  test.each(recordings())('in $story.name', ({ record }) => {
    const found = withOther(record);
    expect(found === null ? [] : wronglyNamed(found)).toEqual([]);
  });

  test('in drawn incidents', () => {
    const wrong = drawnRecords.flatMap((record) => {
      const found = withOther(record);
      return found === null ? [] : wronglyNamed(found);
    });
    expect(wrong).toEqual([]);
  });
});

describe('a limit that is advised', () => {
  const all = [...recordings().map(({ record }) => record), ...drawnRecords].flatMap(
    (record) => advised(record) ?? [],
  );
  const limits = all.flatMap(({ record, diagnosis, advice }) =>
    linesIn(advice)
      .flatMap((line) => {
        const [, role, limit] = /^ALTER ROLE "([^"]+)" CONNECTION LIMIT (\d+);$/.exec(line) ?? [];
        return role === undefined ? [] : [{ role, limit: Number(limit) }];
      })
      .filter(() => diagnosis.cause !== 'role-limit')
      .map(({ role, limit }) => {
        const ofRole = record.snapshot?.sessions.filter(({ user }) => user === role) ?? [];
        return {
          role,
          limit,
          held: ofRole.length,
          busy: ofRole.filter(({ state }) => state !== 'idle').length,
        };
      }),
  );

  test('leaves a role half of what it held, and room beside what it uses', () => {
    expect(limits.length).toBeGreaterThan(20);
    for (const { limit, held, busy } of limits) {
      expect(limit).toBeGreaterThanOrEqual(held / 2);
      expect(limit).toBeGreaterThanOrEqual(busy * 1.5);
      expect(limit).toBeGreaterThan(busy + 1);
    }
  });

  test('is none where the cause is unclear', () => {
    const unclear = all.filter(({ diagnosis }) => diagnosis.cause === 'unclear');
    expect(unclear.length).toBeGreaterThan(3);
    expect(
      unclear.flatMap(({ advice }) => linesIn(advice)).filter((line) => line.startsWith('ALTER')),
    ).toEqual([]);
  });
});
