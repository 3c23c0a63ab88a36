import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OUTCOMES } from '../../functions/core/run/outcome.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { renderFailure, renderUnreadable } from '../../functions/render/message/failure.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderMisconfigurations } from '../../functions/render/message/misconfigured.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { HOUR } from '../support/builders.ts';
import type { Written } from '../support/doctor-facts.ts';
import { KILLED_RUN, UNCONFIGURED_RUN } from '../support/failed-runs.ts';
import { fileOf, golden, goldenFull } from '../support/golden.ts';
import {
  cutOffIncident,
  INCIDENTS,
  logLinesIncident,
  lostIncident,
  OBSERVED,
  restartedIncident,
  roleLimitIncident,
} from '../support/incidents.ts';
import { PAGE_URL, RECORD_URL } from '../support/links.ts';
import { ALARM } from '../support/records.ts';
import {
  misconfiguredBy,
  recoveredWithoutMemory,
  sweptWith,
  sweptWithoutMemory,
} from '../support/remembered.ts';
import { failedAgain, STORY_MESSAGES } from '../support/stories.ts';

const UNREADABLE = {
  code: 'record-invalid',
  message: "The run's record cannot be read (unexpected end of file).",
} as const;

const FAILURES: Readonly<Record<string, Message>> = {
  'failed-run-killed': renderFailure(KILLED_RUN, ALARM),
  'life-failed-again': renderFailure(KILLED_RUN, ALARM, failedAgain()),
  'failed-run-unconfigured': renderFailure(UNCONFIGURED_RUN, null),
  'unreadable-record': renderUnreadable(
    KILLED_RUN,
    { server: 'orders', outcome: 'recovered', mode: 'enforce' },
    UNREADABLE,
  ),
};
/** By what is not as it should be. */
const MISCONFIGURED: Readonly<Record<string, Message>> = Object.fromEntries(
  Object.entries<Written>({
    'misconfigured-grant': { grants: { pg_use_reserved_connections: 'missing' } },
    'misconfigured-on-rds': { snapshot: { slots: { reserved: 0 } }, provider: 'rds' },
    'misconfigured-role': { role: { attributes: ['SUPERUSER'], passwordLeftMs: 12 * 24 * HOUR } },
    'misconfigured-all': {
      role: {
        notCallable: ['pg_terminate_backend(integer, bigint)'],
        attributes: ['CREATEDB'],
        connectionLimit: null,
        passwordLeftMs: -1,
      },
      snapshot: { slots: { reserved: 0, superuserReserved: 0 } },
      grants: { pg_use_reserved_connections: 'missing' },
      settings: {
        track_activities: 'off',
        log_destination: '',
        log_min_messages: 'panic',
        lc_messages: 'de_DE.UTF-8',
      },
    },
  }).map(([name, written]) => {
    const found = misconfiguredBy(written);
    return [name, renderMisconfigurations(sweptWith(found), found)];
  }),
);
const RUNS: Readonly<Record<string, () => RunRecord>> = {
  ...INCIDENTS,
  ...OBSERVED,
  'role-limit': roleLimitIncident,
  'log-lines': logLinesIncident,
  'failed-while-ending': cutOffIncident,
  'recovered-lost': lostIncident,
  'unverified-restarted': restartedIncident,
  'recovered-memory-unreadable': recoveredWithoutMemory,
  'swept-memory-unreadable': sweptWithoutMemory,
};
const MESSAGES: Readonly<Record<string, Message>> = {
  ...Object.fromEntries(
    Object.entries(RUNS).map(([name, incident]) => [name, renderIncident(incident(), [], PAGE_URL)]),
  ),
  ...STORY_MESSAGES,
  'kept-record': renderIncident(INCIDENTS['cannot-connect'](), [], RECORD_URL),
  ...FAILURES,
  ...MISCONFIGURED,
};
const FULL: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(RUNS).map(([name, incident]) => [name, fullTextOf(incident())]),
);
const ALL = Object.entries(MESSAGES);
const FULL_TEXTS = Object.entries(FULL);
const isLink = (line: string) => line.startsWith('https://');
/** Statements are never broken: neither one of a line, nor a row of sessions, nor the command beside it. */
const isStatement = (line: string) =>
  /^ {7}(?:[A-Z].*;| {2}\(\d+, '.*'\)(?:,|\);)|-- or: headroom terminate .*|aws .*)$/.test(line);
const foldersFiles = (folder: string, end: string) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((file) => file.endsWith(end))
    .toSorted();

describe('a mail', () => {
  test.each(ALL)('%s reads as it was agreed by eye', async (name, message) => {
    expect(fileOf(message)).toBe(await golden(name, message));
  });

  test('has a golden file for each outcome, and each golden file its message', () => {
    const files = foldersFiles('golden', '.txt');
    expect(files).toEqual(ALL.map(([name]) => `${name}.txt`).toSorted());
    for (const outcome of OUTCOMES) expect(files).toContain(`${outcome}.txt`);
  });

  test.each(Object.entries(INCIDENTS))('%s is what its incident comes to', (outcome, incident) => {
    expect(incident().outcome).toBe(outcome);
  });

  test.each(ALL)('%s has attributes that filters can use', (_, { attributes }) => {
    expect(Object.keys(attributes).toSorted()).toEqual(['mode', 'outcome', 'server', 'severity']);
    for (const value of Object.values(attributes)) expect(value).not.toBe('');
  });
});

describe('a full text', () => {
  test.each(FULL_TEXTS)('%s reads as it was agreed by eye', async (name, text) => {
    expect(text).toBe(await goldenFull(name, text));
  });

  test('has a golden file for each run', () => {
    expect(foldersFiles('golden/full', '.txt')).toEqual(FULL_TEXTS.map(([name]) => `${name}.txt`).toSorted());
  });

  test.each(FULL_TEXTS)(
    '%s fits 80 columns but for what is never broken, and one screen before the details',
    (name, text) => {
      const lines = text.split('\n');
      const [links, others] = [
        lines.filter(isLink),
        lines.filter((line) => !isLink(line) && !isStatement(line)),
      ];
      expect(links).toEqual(name === 'kept-record' ? [RECORD_URL] : []);
      expect(Math.max(...others.map(({ length }) => length))).toBeLessThanOrEqual(80);
      expect(lines.indexOf('THIS RUN')).toBeGreaterThan(0);
      expect(lines.indexOf('THIS RUN')).toBeLessThanOrEqual(51);
    },
  );

  test.each(Object.entries(OBSERVED))('%s says in its first line that nothing was ended', (_, incident) => {
    expect(fullTextOf(incident())).toMatch(/^Observed only: nothing was terminated\.\n/);
  });
});
