import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { packRecord } from '../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
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
    .replaceAll(/<\/?bdi>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');

describe('the page', () => {
  test('speaks of no policy where superusers hold the slots, because none ends their sessions', () => {
    const usual = INCIDENTS.recovered();
    const snapshot = usual.snapshot && {
      ...usual.snapshot,
      sessions: usual.snapshot.sessions.map((session) => ({ ...session, superuser: true })),
    };
    const text = textOf(pageOf({ ...usual, snapshot }));
    expect(text).toContain('No policy ends sessions of superusers, which hold at least half of the slots.');
    expect(text).not.toContain('The policy acts from');
  });

  test.each(Object.entries({ ...INCIDENTS, ...OBSERVED }))('of %s begins with its verdict', (_, run) => {
    const [, heading = ''] = /<h1>(.*?)<\/h1>/.exec(pageOf(run())) ?? [];
    expect(heading).toMatch(/^orders [a-z]/);
    expect(pageOf(run())).toContain(`<title>${heading}</title>`);
  });

  test.each([
    ['recovered', 'orders has room again: billing-worker leaks. 10 idle sessions ended.'],
    ['partial', 'orders is still almost full: billing-worker leaks. 6 idle sessions ended.'],
    [
      'refilled',
      'orders filled up again: billing-worker leaks. 12 idle sessions ended. 11 of 12 freed slots re-taken.',
    ],
    ['cannot-connect', 'orders let no run in: no connection in 214 tries. Nothing was ended.'],
    ['unexplained', 'orders refused clients, although not all slots show a session: clients never log in.'],
  ] as const)('of %s says: %s', (outcome, verdict) => {
    expect(textOf(pageOf(INCIDENTS[outcome]()))).toContain(verdict);
  });

  test.each(Object.entries(OBSERVED))(
    'of %s says that the server is full and that nothing was ended',
    (_, run) => {
      expect(textOf(pageOf(run()))).toMatch(/^ orders is (almost )?full: .*? Nothing was ended\. /);
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

  test('has what people look for first on top, and the rest below', () => {
    const record = INCIDENTS.recovered();
    const page = renderPage({ ...record, reduced: [] }, { diagnosis: diagnosisOf(record), steps: ADVICE });
    expect([...page.matchAll(/<(?:h2|figcaption)>([^<]*)/g)].map(([, title]) => title?.trim())).toEqual([
      'Next',
      'By the clock',
      'Its sessions against the slots',
      'What they run',
      'Why',
      'Sessions chosen, and their results',
      'For their developers',
      'Later',
      'What happened',
      'What held the slots',
      'New sessions since the first snapshot',
      'Spared',
      'This run',
    ]);
  });

  test('has the numbers of the run: slots, ended, re-taken, each result and each reason', () => {
    const text = textOf(pageOf(INCIDENTS.recovered()));
    for (const said of [
      '49 of 57 slots used now, 57 before',
      'The policy acts from 55 on and frees down to 45.',
      'billing-worker billing@orders 41 72 % 41 idle 10.0.3.17, 10.0.3.18, 10.0.4.2 2h 11m',
      '10 billing-worker billing@orders 1h 35m to 2h 11m the policy&#39;s first step: 1h terminated',
      'how to see that it was us: docs/guide/for-developers.md',
      'billing-worker billing@orders 1 10 1 re-taken',
      '1 protected: listens for notifications (protect.listeners)',
      'told sessions to end 590 ms 336 ms',
      'Server orders PostgreSQL 18.4',
    ])
      expect(text).toContain(said);
  });

  test('tells what each program runs, where statements are kept', () => {
    const run = INCIDENTS.recovered();
    const with_ = (lastStatement: string | null) => {
      const sessions = run.snapshot?.sessions.map((session) => ({ ...session, lastStatement })) ?? [];
      return textOf(pageOf({ ...run, snapshot: run.snapshot && { ...run.snapshot, sessions } }));
    };
    expect(with_('SELECT name FROM invoices WHERE id = ?')).toContain(
      'SELECT name FROM invoices WHERE id = ? blamed billing-worker · billing@orders',
    );
    expect(with_(null)).toContain(
      'No statement was kept: the declaration of this server says "statements": "off".',
    );
  });

  test('says which run of which incident it is, with links to the runs before and to the index', () => {
    const earlier = [
      {
        id: 'one',
        at: '2026-11-21T02:44:00.000Z',
        outcome: 'no-candidates',
        ended: 0,
        hasPage: true,
        url: 'https://console/one',
      },
      { id: 'two', at: '2026-11-21T02:49:00.000Z', outcome: 'busy', ended: 0, hasPage: false, url: null },
    ] as const;
    const place = {
      incident: { id: 'one', openedAt: '2026-11-21T02:44:00.000Z', runs: 3, ended: 21 },
      earlier,
      indexUrl: 'https://console/index',
    };
    const page = renderPage({ ...INCIDENTS.recovered(), reduced: [] }, {}, place);
    expect(textOf(page)).toContain(
      'Run 3 of an incident that opened at 02:44:00 UTC, which ended 21 sessions. Runs before: 02:44:00 no candidates , 02:49:00 busy. All incidents of this server .',
    );
    expect([...page.matchAll(/<a href="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      'https://console/one',
      'https://console/index',
    ]);
    const first = { ...place, incident: { ...place.incident, id: INCIDENTS.recovered().runId }, earlier: [] };
    expect(textOf(renderPage({ ...INCIDENTS.recovered(), reduced: [] }, {}, first))).toContain(
      'This run opened the incident.',
    );
  });

  test('has the policy as it can be written and parsed again', () => {
    const record = INCIDENTS.partial();
    const [, written = ''] = /<pre tabindex="0"><code>(.*?)<\/code><\/pre>/s.exec(pageOf(record)) ?? [];
    expect(aPolicy(JSON.parse(written.replaceAll('&quot;', '"')))).toEqual(record.policy);
  });

  test('of an observing run says that nothing was ended, and what was expected', () => {
    const text = textOf(OBSERVED['observe-recovered'] ? pageOf(OBSERVED['observe-recovered']()) : '');
    expect(text).toContain('observe mode: nothing was ended');
    expect(text).toContain('would recover');
    expect(text).not.toContain('not tried');
    expect(text).toContain('Sessions that would be ended');
  });

  test('keeps what is to be pasted as it is, with its undo', () => {
    const record = INCIDENTS.recovered();
    const page = renderPage({ ...record, reduced: [] }, { diagnosis: diagnosisOf(record), steps: ADVICE });
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
    expect(text).toContain('4000 of 5000 slots used now');
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
    expect(page).not.toContain('Slots by program and state');
  });
});
