import { describe, expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { renderFailure } from '../../functions/render/message/failure.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { MOST_LINES, mailText } from '../../functions/render/message/mail-text.ts';
import { isFor, REMARKS, type Remark, type RemarkKind } from '../../functions/render/message/remark-table.ts';
import { renderExplained, renderIncident } from '../../functions/render/message/render-incident.ts';
import { aPolicy, HOUR } from '../support/builders.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { PAGE_URL } from '../support/links.ts';
import { ALARM, ENFORCE, runOf, sessionsOf, snapshotOf } from '../support/records.ts';
import { recoveredWithoutMemory } from '../support/remembered.ts';
import { STORY_MESSAGES } from '../support/stories.ts';

const KINDS = Object.keys(REMARKS) as readonly RemarkKind[];
const mailOf = (record = INCIDENTS.recovered()) => renderIncident(record, [], PAGE_URL).text;
const idle = (count: number, application: string, from = 2 * HOUR) => ({
  ...{ count, application, user: 'app', fromAgeMs: from, addresses: ['10.0.3.7'] },
});
const stranger = {
  ...{ pid: 99, user: 'app', application: 'psql', address: '10.0.3.7', openMs: 1_000, isRun: false },
};
const additions = {
  leftOut: [{ part: 'cause', problem: { code: 'unexpected', message: 'broken' } } as const],
  keptBefore: { count: 3, chosen: 9, groups: [] },
};

/** A mail in which each kind stands, and a text of it. */
const IN_MAIL: readonly (readonly [RemarkKind, () => string, RegExp])[] = [
  ['outcome', () => mailOf(), /^orders has room again: 49 of 57 slots used, all 57 before\./],
  ['incident', () => STORY_MESSAGES['life-opened-again']?.text ?? '', /^Third time in 24 hours/m],
  [
    'breaker',
    () => STORY_MESSAGES['life-breaker']?.text ?? '',
    /^The breaker tripped: .*\nheadroom resume /m,
  ],
  ['ended', () => mailOf(), /^DONE: 10 sessions of billing-worker/m],
  ['why', () => mailOf(), /^WHY \(sure\): billing-worker leaks connections, since 01:04 UTC\./m],
  ['now', () => mailOf(), /^NOW\n1\. /m],
  ['heldBack', () => mailOf(INCIDENTS.partial()), /^Without limits\.maxPercent \(15 %\) 4 more sessions/m],
  [
    'leftOut',
    () => renderExplained(explain(INCIDENTS.recovered(), []), PAGE_URL, null, additions).text,
    /^The cause could not be worked out\. broken$/m,
  ],
  [
    'foreignLock',
    () => mailOf({ ...INCIDENTS.recovered(), lock: { holders: [stranger], total: 1 } }),
    /^pid 99 \(role app, .* holds a lock with our number\./m,
  ],
  [
    'switch',
    () => mailOf(INCIDENTS.paused()),
    /^To resume runs, paste this into AWS CloudShell .*\naws lambda .* && aws dynamodb update-item /m,
  ],
  [
    'sparedByName',
    () =>
      mailOf(
        runOf({
          snapshot: snapshotOf(sessionsOf([idle(40, 'datadog-agent'), idle(17, 'web')])),
          policy: ENFORCE,
        }),
      ),
    /^40 sessions of datadog-agent are spared by their name alone/m,
  ],
  ['later', () => mailOf(), /^LATER \(how: on the page\)\n3\. /m],
  [
    'memory',
    () => mailOf(recoveredWithoutMemory()),
    /We do not know whether runs are paused\. This run acted\./,
  ],
  [
    'oldKeepRule',
    () => renderExplained(explain(INCIDENTS.recovered(), []), PAGE_URL, null, additions).text,
    /^limits\.keepPerGroup counts by program\. In earlier versions/m,
  ],
  [
    'namedPooler',
    () =>
      mailOf(
        runOf({
          snapshot: snapshotOf(sessionsOf([idle(57, 'pgagroal')])),
          policy: aPolicy({ mode: 'enforce' }),
        }),
      ),
    /have the name of a pooler \(pgagroal\)/,
  ],
  [
    'clock',
    () =>
      mailOf({
        ...INCIDENTS.recovered(),
        trigger: { kind: 'schedule', at: '2026-11-21T04:00:00Z', id: null },
      }),
    /^The event is dated 44m 1\ds ahead of this run: one of the two clocks is wrong\.$/m,
  ],
  [
    'trigger',
    () => renderFailure(KILLED_RUN, ALARM).text,
    /^Alarm pg-headroom-orders-refusals, .*: clients refused\.$/m,
  ],
];

describe('a remark of each kind', () => {
  test.each(IN_MAIL)('%s stands in a mail', (kind, mail, says) => {
    expect(mail()).toMatch(says);
    expect(isFor('mail', { kind })).toBe(true);
  });

  test('for a mail is listed above', () => {
    const listed = IN_MAIL.map(([kind]) => kind);
    const forMail = KINDS.filter((kind) => isFor('mail', { kind }));
    expect(forMail.filter((kind) => !listed.includes(kind))).toEqual([]);
  });
});

describe('where 25 lines do not hold everything', () => {
  const all: readonly Remark[] = KINDS.flatMap((kind): readonly Remark[] =>
    isFor('mail', { kind })
      ? [
          { kind, lines: [`${kind} one`, `${kind} paste`] },
          { kind, lines: [`${kind} two`] },
        ]
      : [{ kind, lines: [] }],
  );
  const mail = mailText(all, { link: { title: 'ALL OF IT:', url: 'https://x/y.html' }, run: 'run' });
  const lines = mail.trimEnd().split('\n');

  test('the first ranks are said, the rest is counted on one line', () => {
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
    for (const kind of ['outcome', 'incident', 'breaker', 'ended', 'why'] as const)
      expect(mail).toContain(`${kind} one`);
    const said = all.filter(({ lines: [first = ''] }) => first !== '' && mail.includes(first)).length;
    expect(mail).toContain(`And ${all.length - said} more remarks on the page.`);
  });

  test('each kind that is said has a lower rank than the first one that is not, or is shorter', () => {
    const left = all.filter(
      ({ lines: [first = ''], kind }) => isFor('mail', { kind }) && !mail.includes(first),
    );
    const firstLeft = Math.min(...left.map(({ kind }) => REMARKS[kind].rank));
    const after = all.filter(
      ({ lines: [first = ''], kind }) =>
        mail.includes(first) && first !== '' && REMARKS[kind].rank > firstLeft,
    );
    for (const { lines: shown } of after) expect(shown.length).toBe(1);
  });

  test('the link and the run are always there', () => {
    expect(lines.slice(-4)).toEqual(['ALL OF IT:', 'https://x/y.html', '', 'run']);
  });
});

test('the full text has what a mail leaves out', () => {
  const record = INCIDENTS.recovered();
  expect(mailOf(record)).not.toContain('A LISTENer that has run another statement');
  expect(fullTextOf(record).replaceAll(/\s+/g, ' ')).toContain('A LISTENer that has run another statement');
});
