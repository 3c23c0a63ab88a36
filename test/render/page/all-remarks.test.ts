import { describe, expect, test } from 'vitest';
import { explain } from '../../../functions/core/diagnosis/explain.ts';
import type { Story } from '../../../functions/core/incident/incident.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { factsOf } from '../../../functions/render/base/facts.ts';
import {
  type Additions,
  additionRemarks,
  NO_ADDITIONS,
} from '../../../functions/render/message/additions.ts';
import { noteRemarks } from '../../../functions/render/message/mail-notes.ts';
import { stepRemarks } from '../../../functions/render/message/mail-steps.ts';
import type { RemarkKind } from '../../../functions/render/message/remark-table.ts';
import { renderExplainedPage } from '../../../functions/render/page/render-page.ts';
import { aPolicy, aSession, aSnapshot, HOUR } from '../../support/builders.ts';
import { INCIDENTS, OBSERVED } from '../../support/incidents.ts';
import { PAGE_URL } from '../../support/links.ts';
import { ENFORCE, runOf, sessionsOf, snapshotOf } from '../../support/records.ts';
import { recoveredWithoutMemory } from '../../support/remembered.ts';
import { STORIES } from '../../support/stories.ts';

/** What people read on the page, without markup. */
function pageOf(record: RunRecord, story: Story | null = null, additions: Additions = NO_ADDITIONS): string {
  const page = renderExplainedPage(explain(record, []), null, { story, additions });
  return plain(page.replaceAll(/<style.*?<\/style>|<svg.*?<\/svg>|<\/?(?:bdi|b|strong)[^>]*>/gs, ''));
}

const plain = (page: string) =>
  page
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');

const ofStory = (name: string): readonly [RunRecord, Story | null] => {
  const { record, story } = STORIES[name]?.() ?? { record: INCIDENTS.recovered(), story: null };
  return [record, story];
};
const idle = (count: number, application: string, more: object = {}) => ({
  ...{ count, application, user: 'app', fromAgeMs: 2 * HOUR, addresses: ['10.0.3.7'] },
  ...more,
});
const runWith = (groups: Parameters<typeof sessionsOf>[0], policy = ENFORCE) =>
  runOf({ snapshot: snapshotOf(sessionsOf(groups)), policy });
const stranger = {
  ...{ pid: 99, user: 'app', application: 'psql', address: '10.0.3.7', openMs: 1_000, isRun: false },
};
const ADDITIONS: Additions = {
  leftOut: [{ part: 'cause', problem: { code: 'unexpected', message: 'broken' } }],
  keptBefore: { count: 3, chosen: 9, groups: [] },
};
const withSnapshot = (more: object): RunRecord => {
  const run = INCIDENTS.recovered();
  return { ...run, snapshot: { ...(run.snapshot ?? aSnapshot()), ...more } };
};
const POOLER = {
  ...{ kind: 'pgbouncer', at: '10.0.0.1:6432', addresses: ['10.0.9.9'], version: '1.23.1', pools: [] },
  ...{ clients: [], clientCount: 0, sessions: [], unlisted: null, settings: {} },
  problem: { code: 'pooler-unreadable', message: 'The console of PgBouncer at 10.0.0.1:6432 is silent.' },
} as const;
const COORDINATORS = [
  { name: 'cn_5001', isOurs: true, sessions: 508, idle: 500 },
  { name: 'cn_5002', isOurs: false, sessions: 1, idle: 0 },
];

function limited(): RunRecord {
  const roles = Array.from({ length: 30 }, (_, at) => ({ name: `tenant_${at}`, limit: 2 }));
  const sessions = roles.flatMap(({ name: user }, at) =>
    [0, 1].map((second) =>
      aSession({ pid: 2 * at + second + 1, user, application: 'api', stateAgeMs: 2 * HOUR }),
    ),
  );
  return runOf({
    snapshot: aSnapshot({ sessions, slots: { max: 500, superuserReserved: 3, roles } }),
    policy: aPolicy({ mode: 'enforce', limits: { maxPercent: 100, maxVictims: 500 } }),
  });
}

/** For each kind of remark a run that has it, and what the page says of it. */
const ON_PAGE: Readonly<Record<RemarkKind, readonly [page: () => string, ...says: readonly RegExp[]]>> = {
  outcome: [
    () => pageOf(INCIDENTS.recovered()),
    /orders has room again/,
    /49 of 57 slots used now, 57 before/,
  ],
  incident: [
    () => pageOf(...ofStory('life-opened-again')),
    /Third time in 24 hours, same culprit each time\./,
  ],
  breaker: [
    () => pageOf(...ofStory('life-breaker')),
    / Now The breaker tripped: 3 runs in 10m ended \d+ sessions without lasting effect\. Runs/,
    /Runs only observe until \d\d:\d\d UTC/,
    /headroom resume /,
  ],
  ended: [() => pageOf(INCIDENTS.recovered()), /10 idle sessions ended/, /terminated/, / Spared \d/],
  why: [() => pageOf(INCIDENTS.recovered()), /Why A connection leak \(confidence high\)/, /billing-worker/],
  now: [() => pageOf(INCIDENTS.partial()), /Now /],
  heldBack: [() => pageOf(INCIDENTS.partial()), /Without limits\.maxPercent \(15 %\) 4 more sessions/],
  leftOut: [
    () => pageOf(INCIDENTS.recovered(), null, ADDITIONS),
    /The cause could not be worked out\. broken/,
  ],
  foreignLock: [
    () => pageOf({ ...INCIDENTS.recovered(), lock: { holders: [stranger], total: 1 } }),
    /pid 99 \(role app, .* holds a lock with our number\./,
  ],
  sparedByName: [
    () => pageOf(runWith([idle(40, 'datadog-agent'), idle(17, 'web')])),
    /40 sessions of datadog-agent are spared by their name alone/,
  ],
  later: [() => pageOf(INCIDENTS.recovered()), /Later /],
  switch: [
    () => pageOf({ ...INCIDENTS.recovered(), recall: { kind: 'read', table: 'memory', paused: null } }),
    /To pause runs for two hours, paste this into AWS CloudShell/,
    /aws dynamodb update-item --table-name memory/,
  ],
  memory: [
    () => pageOf(recoveredWithoutMemory()),
    /We do not know whether runs are paused\. This run acted\./,
  ],
  oldKeepRule: [
    () => pageOf(INCIDENTS.recovered(), null, ADDITIONS),
    /limits\.keepPerGroup counts by program\. In earlier versions/,
  ],
  namedPooler: [
    () => pageOf(runWith([idle(57, 'pgagroal')], aPolicy({ mode: 'enforce' }))),
    /have the name of a pooler \(pgagroal\)/,
  ],
  trigger: [() => pageOf(INCIDENTS.recovered()), /Alarm pg-headroom-orders-refusals, .*: clients refused\./],
  clock: [
    () =>
      pageOf({
        ...INCIDENTS.recovered(),
        trigger: { kind: 'schedule', at: '2026-11-21T04:00:00Z', id: null },
      }),
    /The event is dated 44m 1\ds ahead of this run/,
  ],
  moreSteps: [() => pageOf(INCIDENTS.recovered()), /Later .*57P01|Later .*pool/],
  unseenByProtection: [() => pageOf(INCIDENTS.recovered()), /A LISTENer that has run another statement/],
  pooler: [() => pageOf(withSnapshot({ pooler: POOLER })), /The console of PgBouncer at .* is silent\./],
  coordinators: [
    () =>
      pageOf(
        withSnapshot({ server: { ...INCIDENTS.recovered().snapshot?.server, coordinators: COORDINATORS } }),
      ),
    /Coordinators: cn_5001 \(this one\) 508 sessions/,
  ],
  moreLimits: [
    () => pageOf(limited()),
    /CONNECTION LIMIT of role tenant_\d+: 2 of 2 slots/,
    /And 10 more limits\./,
  ],
  details: [() => pageOf(INCIDENTS.recovered()), /What held the slots/, / Spared \d/, /This run/],
};

describe('the page', () => {
  test.each(Object.entries(ON_PAGE))('says what the remark "%s" says', (_, [page, ...says]) => {
    const text = page();
    for (const each of says) expect(text).toMatch(each);
  });

  test.each(Object.entries({ ...INCIDENTS, ...OBSERVED }))(
    'of %s has every sentence of every remark of its mail',
    (_, make) => {
      const record = make();
      const facts = factsOf(explain(record, []), PAGE_URL);
      const page = pageOf(record, null, ADDITIONS);
      const remarks = [...noteRemarks(facts), ...stepRemarks(facts, true), ...additionRemarks(ADDITIONS)];
      for (const { kind, lines } of remarks)
        for (const sentence of (lines[0] ?? '').replace(/ \(How: on the page\.\)$/, '').split(/(?<=\.) /))
          expect(page, kind).toContain(sentence.replace(/[.:]$/, '').replaceAll(/\s+/g, ' '));
    },
  );
});
