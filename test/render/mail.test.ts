import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { OUTCOMES } from '../../functions/core/run/outcome.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { groupName } from '../../functions/core/server/group-name.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { behind } from '../../functions/render/message/cause-phrase.ts';
import { renderFailure } from '../../functions/render/message/failure.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { MOST_LINES } from '../../functions/render/message/mail-text.ts';
import { renderOver } from '../../functions/render/message/over.ts';
import { renderForTerminal, renderIncident } from '../../functions/render/message/render-incident.ts';
import { drawn, KINDS } from '../drawings/judge.ts';
import { recordOfScene } from '../drawings/record-of-scene.ts';
import { recordings } from '../incidents/recordings.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { HOSTILE, runNamed } from '../support/hostile.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';
import { PAGE_URL } from '../support/links.ts';
import { recordOf } from '../support/records.ts';
import { STORIES, STORY_MESSAGES } from '../support/stories.ts';

const RECORDED = recordings().map(({ record }) => [record.runId, record] as const);
const MADE_UP = Object.entries({ ...INCIDENTS, ...OBSERVED }).map(([name, make]) => [name, make()] as const);
const RUNS: readonly (readonly [string, RunRecord])[] = [...RECORDED, ...MADE_UP];
const mailOf = (record: RunRecord) => renderIncident(record, [], PAGE_URL);

/** Names in statements are as the server has them. */
const PASTED = /^(?:aws lambda|SET|SELECT|ALTER|GRANT|Undo:|headroom) /;

/** Two spaces would be a column, spaces at the beginning an indentation. */
function expectPhoneMail({ text, subject }: Pick<Message, 'text' | 'subject'>): void {
  const lines = text.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
  for (const line of lines.filter((each) => !PASTED.test(each))) expect(line).not.toMatch(/^ | {2}/);
  expect(lines.at(-1)).toContain(' · ');
  expect(subject).toMatch(/^\[(?:info|warning|critical)\] [\x20-\x7e]+$/);
  expect(subject.length).toBeLessThan(100);
  expect(subject).not.toMatch(/undefined|null|NaN/);
}

describe('a mail has at most 25 lines, no columns and no breaks within a sentence', () => {
  test.each(RUNS)('%s', (_, record) => {
    expectPhoneMail(mailOf(record));
    expectPhoneMail(renderIncident(record));
  });

  test.each(Object.entries(STORY_MESSAGES))('%s', (_, message) => expectPhoneMail(message));

  test.each(KINDS.map((kind) => [kind.name, kind] as const))('drawn incidents: %s', (_, kind) => {
    for (const seed of [1, 2]) expectPhoneMail(mailOf(recordOfScene(drawn(kind, seed).scene)));
  });

  test.each(Object.entries(HOSTILE))('%s as every name', (_, name) => {
    const culprit = { application: name, user: name, database: name };
    for (const mode of ['enforce', 'observe'] as const) expectPhoneMail(mailOf(runNamed(name, mode)));
    for (const { story } of Object.values(STORIES).map((make) => make())) {
      const told = { ...story, incident: { ...story.incident, culprit } };
      expectPhoneMail(renderIncident(runNamed(name), [], PAGE_URL, told));
      expectPhoneMail(renderOver({ ...INCIDENTS.healthy(), server: name }, { ...told, kind: 'over' }));
      expectPhoneMail(
        renderFailure({ ...KILLED_RUN, functionName: name, errorType: name, errorMessage: name }, null, told),
      );
    }
  });

  test('any outcome, name and alarm', () => {
    const name = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(
        fc.constantFrom(...OUTCOMES),
        name,
        fc.constantFrom('enforce', 'observe'),
        (outcome, who, mode) => {
          const { plan, snapshot } = runNamed(who);
          expectPhoneMail(mailOf({ ...recordOf(outcome, { snapshot, plan }), mode, server: who }));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a subject', () => {
  const CODES =
    /\b(?:connect-\w+|config-invalid|policy-invalid|deadline-near|statement-failed|connection-lost|no-candidates)\b/;

  test.each(RUNS)('%s has none of our own codes', (_, record) => {
    expect(mailOf(record).subject).not.toMatch(CODES);
  });

  test.each(RUNS.filter(([, { mode }]) => mode === 'observe'))(
    '%s says last that it only observed, and no first word that sessions had ended',
    (_, record) => {
      const { subject } = mailOf(record);
      expect(subject).toMatch(/(?:, |: )observed only$/);
      expect(subject.slice(0, 40)).not.toMatch(/ended|terminated|freed|recovered|relieved|killed|closed/i);
    },
  );

  test.each(RUNS.filter(([, { plan, outcome }]) => plan !== null && outcome !== 'unverified'))(
    '%s has severity, server and slots within the 40 characters of a lock screen',
    (_, record) => {
      const screen = mailOf(record).subject.slice(0, 40);
      expect(screen).toMatch(/^\[\w+\] (?:orders|incident) /);
      const isAboutLimit = / (?:role|database) /.test(screen);
      if (/FULL|full|recovered|refusals|pressure/.test(screen) && !isAboutLimit)
        expect(screen).toMatch(/ \d+\/\d+/);
    },
  );

  test('cuts a long name of a server in its middle, so that the state stays on the screen', () => {
    const server = 'checkout-orders-production-eu-west-1-b';
    const { subject, text } = mailOf({ ...INCIDENTS.recovered(), server });
    expect(subject.slice(0, 40)).toMatch(/^\[warning\] checko\.\.st-1-b recovered 49\/57/);
    expect(text).toContain(`${server} has room again`);
  });

  test('names a program in another script by its role, and one that has no ASCII name at all not', () => {
    const named = (application: string, user: string) => {
      const run = runNamed('web');
      const rename = <Row extends { application: string; user: string | null }>(row: Row): Row => ({
        ...row,
        application,
        user,
      });
      const snapshot = run.snapshot && { ...run.snapshot, sessions: run.snapshot.sessions.map(rename) };
      const plan = run.plan && {
        ...run.plan,
        victims: run.plan.victims.map((each) => ({ ...each, session: rename(each.session) })),
      };
      return renderIncident({ ...run, snapshot, plan, server: 'orders' });
    };
    expect(named('請求処理', 'billing').subject).toContain('idle pools of role billing too large');
    expect(named('請求処理', 'billing').text).toContain('請求処理 keeps more sessions than it uses');
    expect(named('請求処理', '請求').subject).toContain(': idle pools too large');
    expect(named('請求処理', '請求').subject).not.toContain('?');
  });

  test('names no innocent program: the ended sessions were of another one than the culprit', () => {
    const record = RECORDED.find(([name]) => name === 'mixture-tools-and-leak')?.[1];
    if (record === undefined) throw new Error('The incident is not recorded.');
    const { subject, text } = mailOf(record);
    expect(text).toContain('it would end 11 sessions of DBeaver');
    expect(subject).toContain('import leaks, would end 11 sessions, observed only');
    expect(subject).not.toContain('DBeaver');
  });
});

describe('why', () => {
  const outside = RUNS.flatMap(([name, record]) => {
    const { diagnosis } = explain(record, []);
    return diagnosis !== null && diagnosis.culprits.length > 0 && behind(diagnosis).length === 0
      ? [[name, record, diagnosis] as const]
      : [];
  });

  test('some runs have a cause that none of the programs beside it made', () => {
    expect(outside.length).toBeGreaterThan(0);
  });

  test.each(outside)('%s names the cause first, and no program for it', (_, record, { culprits }) => {
    const why = /^WHY \([a-z ]+\): (.*)$/m.exec(mailOf(record).text)?.[1] ?? '';
    const [first = ''] = why.split('. ');
    for (const { usage } of culprits) expect(first).not.toContain(groupName(usage.group));
  });
});

describe('the terminal form', () => {
  test.each(MADE_UP)('%s says the same as the mail, broken at 80 columns', (_, record) => {
    const flat = (text: string) => text.replaceAll(/\s+/g, '');
    const text = renderForTerminal(record, []);
    expect(flat(text)).toBe(flat(renderIncident(record).text));
    for (const line of text.split('\n').filter((each) => !PASTED.test(each)))
      expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('numbers agree', () => {
  const texts = RUNS.map(([, record]) => `${mailOf(record).text}\n${fullTextOf(record)}`);

  test('no scope has more slots in use than it has', () => {
    for (const [, used, usable] of texts.flatMap((text) => [
      ...text.matchAll(/(\d+) of (?:the )?(\d+) (?:usable )?slots/g),
    ]))
      expect(Number(used)).toBeLessThanOrEqual(Number(usable));
  });

  test('clients that have not logged in are called so', () => {
    for (const text of texts) expect(text).not.toContain('(none)@(none)');
  });

  test('a run whose slots were taken again has no forecast', () => {
    const refilled = INCIDENTS.refilled();
    for (const text of [mailOf(refilled).text, fullTextOf(refilled)])
      expect(text).not.toContain('At this rate');
    expect(mailOf(INCIDENTS.recovered()).text).toContain('At this rate it is full again at 03:41 UTC.');
  });

  test('a rate of more than twenty a minute is said a minute, and no alert is advised that comes too late', () => {
    for (const text of texts) {
      for (const [, perHour] of text.replaceAll(/\s+/g, ' ').matchAll(/with (\d+) new ones an hour/g))
        expect(Number(perHour)).toBeLessThan(1_200);
      for (const [, count, unit] of text
        .replaceAll(/\s+/g, ' ')
        .matchAll(/it comes about (\d+) (\w+?)s? before/g))
        if (unit === 'second' || unit === 'minute')
          expect([unit, Number(count) >= 5]).toEqual(['minute', true]);
    }
  });

  test('no median is said of two sets of statements', () => {
    expect(mailOf(INCIDENTS['no-candidates']()).text.match(/half of them/g)).toHaveLength(1);
  });
});
