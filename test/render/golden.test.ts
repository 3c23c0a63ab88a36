import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../functions/core/message.ts';
import { OUTCOMES } from '../../functions/core/outcome.ts';
import { renderFailure, renderUnreadable } from '../../functions/render/failure.ts';
import { renderIncident } from '../../functions/render/incident.ts';
import { KILLED_RUN, UNCONFIGURED_RUN } from '../support/failed-runs.ts';
import { fileOf, golden } from '../support/golden.ts';
import { cutOffIncident, INCIDENTS, OBSERVED, roleLimitIncident } from '../support/incidents.ts';
import { ALARM } from '../support/records.ts';

const UNREADABLE = {
  code: 'record-invalid',
  message: "The run's record cannot be read (unexpected end of file).",
} as const;

const FAILURES: Readonly<Record<string, Message>> = {
  'failed-run-killed': renderFailure(KILLED_RUN, ALARM),
  'failed-run-unconfigured': renderFailure(UNCONFIGURED_RUN, null),
  'unreadable-record': renderUnreadable(
    KILLED_RUN,
    { server: 'orders', outcome: 'recovered', mode: 'enforce' },
    UNREADABLE,
  ),
};
const MESSAGES: Readonly<Record<string, Message>> = {
  ...Object.fromEntries(
    Object.entries({
      ...INCIDENTS,
      ...OBSERVED,
      'role-limit': roleLimitIncident,
      'failed-while-ending': cutOffIncident,
    }).map(([name, incident]) => [name, renderIncident(incident())]),
  ),
  ...FAILURES,
};
const ALL = Object.entries(MESSAGES);

describe('messages', () => {
  test.each(ALL)('%s reads as it was agreed by eye', async (name, message) => {
    expect(fileOf(message)).toBe(await golden(name, message));
  });

  test('every golden file has its message, and every outcome its golden file', async () => {
    const files = await readdir(join(import.meta.dirname, 'golden'));
    expect(files.toSorted()).toEqual(ALL.map(([name]) => `${name}.txt`).toSorted());
    for (const outcome of OUTCOMES) expect(files).toContain(`${outcome}.txt`);
  });

  test.each(Object.entries(INCIDENTS))('%s is what its incident comes to', (outcome, incident) => {
    expect(incident().outcome).toBe(outcome);
  });

  test.each(ALL)('%s has a subject that SNS takes', (_, { subject }) => {
    expect(subject).toMatch(/^[a-z0-9][\x20-\x7e]{0,98}$/);
  });

  test.each(ALL)('%s fits 80 columns, and one screen before the details', (_, { text }) => {
    const lines = text.split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.indexOf('THIS RUN')).toBeGreaterThan(0);
    expect(lines.indexOf('THIS RUN')).toBeLessThanOrEqual(50);
  });

  test.each(ALL)('%s has attributes that filters can use', (_, { attributes }) => {
    expect(Object.keys(attributes).toSorted()).toEqual(['mode', 'outcome', 'server', 'severity']);
    for (const value of Object.values(attributes)) expect(value).not.toBe('');
  });

  test.each(Object.entries(OBSERVED))('%s says so in subject and first line', (_, incident) => {
    const { subject, text } = renderIncident(incident());
    expect(subject).toMatch(/^orders: OBSERVED ONLY, /);
    expect(text).toMatch(/^Observed only: nothing was terminated\.\n/);
  });
});
