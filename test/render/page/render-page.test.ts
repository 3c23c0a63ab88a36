import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { packRecord } from '../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { renderIncident } from '../../../functions/render/message/render-incident.ts';
import { aPolicy, HOUR } from '../../support/builders.ts';
import { ADVICE, diagnosisOf } from '../../support/diagnosed.ts';
import { INCIDENTS, OBSERVED } from '../../support/incidents.ts';
import { runOf, sessionsOf, snapshotOf } from '../../support/records.ts';
import { renderPage } from '../../support/render-page.ts';

const pageOf = (record: RunRecord) => renderPage({ ...record, reduced: [] });
/** What people read, as far as tags can be told from text by their brackets. */
const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');

describe('the page', () => {
  test.each(Object.entries({ ...INCIDENTS, ...OBSERVED }))(
    'of %s begins with the sentence of the message',
    (_, run) => {
      const [first = ''] = renderIncident(run())
        .text.replace('Observed only: nothing was terminated.\n', '')
        .split('\n\n');
      const [, heading = ''] = /<h1>(.*?)<\/h1>/.exec(pageOf(run()).replaceAll('&#39;', "'")) ?? [];
      expect(heading).toBe(first.replaceAll('\n', ' '));
    },
  );

  test('is one file without scripts, links or anything from elsewhere', () => {
    const page = pageOf(INCIDENTS.recovered());
    expect(page).not.toMatch(
      /<(script|link|img|iframe|object|embed|form|base|a)\b|\bon\w+=|url\((?!#)|@import|https?:/i,
    );
    expect(page).toContain(
      `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
    );
  });

  test('is the same for the same record', () => {
    expect(pageOf(INCIDENTS.recovered())).toBe(pageOf(INCIDENTS.recovered()));
  });

  test('says why and what next before anything else', () => {
    const record = INCIDENTS.recovered();
    const headings = [
      ...renderPage({ ...record, reduced: [] }, { diagnosis: diagnosisOf(record), advice: ADVICE }).matchAll(
        /<h2>(.*?)<\/h2>/g,
      ),
    ];
    expect(headings.map(([, heading]) => heading)).toEqual([
      'Why',
      'What next',
      'The slots',
      'Sessions chosen, and their results',
      'New sessions since the first snapshot',
      'Spared: 45 sessions',
      'This run',
    ]);
  });

  test('has the numbers of the message: slots, ended, re-taken, each result and each reason', () => {
    const text = textOf(pageOf(INCIDENTS.recovered()));
    for (const said of [
      'Slots used 49 of 57 57 before, 8 slots free',
      'Sessions ended 10 of 12 chosen',
      'Re-taken 1 of 10 freed slots',
      'when used free of usable before 57 0 100 % after ending 46 11 81 % after settling 49 8 86 %',
      'billing-worker billing@orders 41 72 % 41 idle 10.0.3.17, 10.0.3.18, 10.0.4.2 2h 11m',
      '10 billing-worker billing@orders 1h 35m to 2h 11m the policy&#39;s first step: 1h terminated',
      '1 billing-worker billing@orders 1 10 1 re-taken',
      '1 protected: listens for notifications',
      'told sessions to end 590 ms 336 ms',
      'Server orders PostgreSQL 18.4',
    ].map((each) =>
      each.replace('1 billing-worker billing@orders 1 10', 'billing-worker billing@orders 1 10'),
    ))
      expect(text).toContain(said);
  });

  test('has the policy as it can be written and parsed again', () => {
    const record = INCIDENTS.partial();
    const [, written = ''] = /<pre><code>(.*?)<\/code><\/pre>/s.exec(pageOf(record)) ?? [];
    expect(aPolicy(JSON.parse(written.replaceAll('&quot;', '"')))).toEqual(record.policy);
  });

  test('of an observing run says that nothing was ended, and what was expected', () => {
    const text = textOf(OBSERVED['observe-recovered'] ? pageOf(OBSERVED['observe-recovered']()) : '');
    expect(text).toContain('observed only: nothing was terminated');
    expect(text).toContain('would recover');
    expect(text).not.toContain('not tried');
    expect(text).toContain('Would be ended 12 none was');
    expect(text).toMatch(/expected after 45/);
  });

  test('keeps what is to be pasted as it is, with its undo', () => {
    const record = INCIDENTS.recovered();
    const page = renderPage({ ...record, reduced: [] }, { diagnosis: diagnosisOf(record), advice: ADVICE });
    expect(page).toContain('<code>ALTER ROLE &quot;billing&quot; CONNECTION LIMIT 37;</code>');
    expect(page).toContain('<code>ALTER ROLE &quot;billing&quot; CONNECTION LIMIT -1;</code>');
    expect(page).toContain('\ntry {\n  await work(client);\n} finally {');
  });
});

describe('a record of 5,000 sessions', () => {
  const record = runOf({
    snapshot: snapshotOf(
      sessionsOf([
        { count: 4_000, application: 'billing-worker', fromAgeMs: 3 * HOUR },
        ...Array.from({ length: 1_000 }, (_, at) => ({
          count: 1,
          application: `${'\u{1f418}'.repeat(3_000)} ${at}`,
          user: `tenant_${at}`,
          fromAgeMs: 2 * HOUR,
        })),
      ]),
      { max: 5_003 },
    ),
    policy: aPolicy({ mode: 'enforce', limits: { maxVictims: 2_000, keepPerGroup: 0 } }),
  });

  test('makes a page of less than 1 MB that still counts everybody', () => {
    const page = pageOf(record);
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    const text = textOf(page);
    expect(text).toContain('All 5000');
    expect(text).toContain('and 901 more rows; the record has them all.');
  });

  test('that had to leave its sessions out makes a page that says so', () => {
    // Names that compress to nothing less than themselves.
    const nameOf = (at: number) => createHash('sha512').update(String(at)).digest('base64').slice(0, 63);
    const groups = Array.from({ length: 5_000 }, (_, at) => ({
      count: 1,
      application: nameOf(at),
      fromAgeMs: HOUR,
    }));
    const large = runOf({ snapshot: snapshotOf(sessionsOf(groups), { max: 5_003 }) });
    const result = packRecord(large);
    expect(result.reduced).toContain('spared sessions');
    const page = renderPage({ ...unpackRecord(result), reduced: result.reduced });
    expect(textOf(page)).toContain(
      'So the page cannot show which programs held the slots and which sessions were spared',
    );
    expect(page).not.toContain('By application and state');
  });
});
