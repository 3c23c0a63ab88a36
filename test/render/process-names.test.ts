import { expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { aSession, HOUR, MINUTE } from '../support/builders.ts';
import { runOf, snapshotOf } from '../support/records.ts';
import { renderPage } from '../support/render-page.ts';

/** Names that tell one process, task or client of a program from the next, as their makers write them. */
const NAMES: Readonly<Record<string, (at: number) => string>> = {
  "puma's workers": (at) => `puma: cluster worker ${at % 16}: ${97 + 997 * Math.floor(at / 16)} [shop]`,
  'sidekiq that tells how busy it is': (at) => `sidekiq 7.2.4 shop [${at % 11} of 10 busy]`,
  "unicorn's workers": (at) => `unicorn worker[${at}] -c config/unicorn.rb -E production`,
  "gunicorn's workers": (at) => `gunicorn: worker [shop] ${4_000 + at}`,
  "Celery's tasks": (at) => `celery@worker-${at % 7}:ForkPoolWorker-${at}`,
  'a name for each Lambda': (at) =>
    `orders-2026/11/28/[$LATEST]${(at + 16).toString(16).padStart(8, '0')}4e5f60718293a4b5c6d7e8f9`,
  'a name for each pod': (at) =>
    `api-7c9d8f6b5-${'bcdfghjklm'[at % 10]}2x${'bcdfghjklm'[Math.floor(at / 10)]}k`,
  "PgBouncer's application_name_add_host": (at) => `app - 10.0.3.${at % 5}:${40_000 + at}`,
  'the same with IPv6': (at) => `app - [fd00::${(at % 5).toString(16)}]:${40_000 + at}`,
  "Odoo's processes": (at) => `odoo-${4_000 + at}`,
  'a uuid for each task': (at) => `svc-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8${(at + 16).toString(16)}`,
  'one name': () => 'shop-api',
};

const ON_PAGE = new Set(["puma's workers", 'sidekiq that tells how busy it is', 'a name for each Lambda']);

function textOf(html: string): string {
  return html.replace(/<(script|style|svg)[\s\S]*?<\/\1>|<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

const TAKEN_MS = Date.parse('2026-11-21T03:15:42Z');
const momentText = (agoMs: number) =>
  new Date(TAKEN_MS - agoMs).toISOString().replace('T', ' ').replace('Z', '+00');

/** Ten hosts opened nine sessions each two hours ago, and last used them an hour ago. */
const pool = (nameOf: (at: number) => string) =>
  Array.from({ length: 90 }, (_, at) =>
    aSession({
      pid: 5_000 + at,
      // Each process has two sessions, so that no name is the only one of its kind.
      application: nameOf(at >> 1),
      user: 'shop',
      database: 'shop',
      address: `10.0.0.${(at % 10) + 1}`,
      backendStart: momentText(2 * HOUR + (at % 10) * MINUTE + at * 5),
      stateChange: momentText(HOUR + at * 1_000),
      stateAgeMs: HOUR + at * 1_000,
      queryAgeMs: HOUR + at * 1_000,
    }),
  );
const web = Array.from({ length: 7 }, (_, at) =>
  aSession({
    pid: 6_000 + at,
    application: 'web',
    user: 'web',
    state: 'active',
    stateAgeMs: 5,
    queryAgeMs: 5,
  }),
);

test.each(Object.entries(NAMES))('with %s all 90 sessions count for one program', (title, nameOf) => {
  const record = runOf({
    snapshot: snapshotOf([...pool(nameOf), ...web], { max: 100, superuserReserved: 3 }),
  });
  const { ranking, diagnosis } = explain(record, []);
  expect(ranking?.groups.map(({ sessions, sharePercent }) => [sessions, sharePercent])).toEqual([
    [90, 93],
    [7, 7],
  ]);
  expect(ranking?.leading?.sessions).toBe(90);
  expect(
    diagnosis?.culprits.map(({ cause, usage }) => [cause, usage.sessions, usage.addresses.count]),
  ).toEqual([['oversized-idle-pools', 90, 10]]);
  expect(diagnosis?.culprits[0]?.evidence).toEqual([
    'all 90 are idle, half of them for over 1h',
    'none was in use',
    'all 90 were opened in 10 bursts, as pools do when they start',
    'each address has 9 sessions',
  ]);
  const numbers = [
    /cap it at 70 sessions \(it held 90\)/,
    /Pools held 90 of the 97 usable slots: .{3,60} 90 \(10 addresses, up to 9 each\)/,
    /Let them hold at most 7 together on each address/,
    /90 sessions from 10 addresses become 5/,
    /Check that they still run: .{3,60} \(20\)/,
  ];
  const message = fullTextOf(record).replace(/\s+/g, ' ');
  // A page has charts, which take their time.
  const page = ON_PAGE.has(title) ? [textOf(renderPage({ ...record, reduced: [] }))] : [];
  for (const text of [message, ...page]) {
    for (const number of numbers) expect(text).toMatch(number);
    expect(text).toMatch(/90 slots (?:\(93 %\) )?from 10 addresses/);
    expect(text).not.toMatch(/\bheld (?!90\b)\d/);
  }
  expect(message).toMatch(/ 90 93% /);
  expect(message).toMatch(/20 sessions ended 20 /);
});
