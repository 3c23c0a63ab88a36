import { describe, expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { aPolicy, aSession, aSnapshot, HOUR, SECOND } from '../support/builders.ts';
import { runOf } from '../support/records.ts';
import { renderPage } from '../support/render-page.ts';

/** An agent that looks at each of a server's databases, with a session in each that it never closes. */
function agentIn(databases: number) {
  const agent = Array.from({ length: databases }, (_, at) =>
    aSession({
      pid: at + 1,
      application: 'datadog-agent',
      user: 'datadog',
      database: `tenant_${at}`,
      address: '10.0.9.9',
      stateAgeMs: 22 * HOUR,
    }),
  );
  const web = Array.from({ length: 96 - databases }, (_, at) =>
    aSession({ pid: 1_000 + at, application: 'web', address: '10.0.6.3', stateAgeMs: SECOND }),
  );
  const policy = aPolicy({ mode: 'enforce' });
  const snapshot = aSnapshot({ sessions: [...agent, ...web], slots: { max: 100, superuserReserved: 3 } });
  return runOf({ snapshot, policy });
}

const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

describe.each([70, 60])('A monitoring agent with a session in each of %i databases', (databases) => {
  const record = agentIn(databases);
  const message = renderIncident(record);
  const text = flat(fullTextOf(record));
  const everywhere = [
    message.text,
    fullTextOf(record),
    JSON.stringify(message.chat),
    renderPage({ ...record, reduced: [] }),
  ].map(flat);

  test('is ended nowhere, and is the culprit with all that it holds', () => {
    expect(record.plan?.victims).toEqual([]);
    expect(explain(record, []).diagnosis).toMatchObject({
      cause: 'monitoring-hog',
    });
    expect(text).toContain(`datadog-agent: ${databases} slots`);
    expect(text).toContain(`${databases} sessions of monitoring in ${databases} databases`);
  });

  test('is told to find fewer databases and to close what is idle, and is never capped or given a pool', () => {
    expect(text).toContain('Limit which databases it discovers');
    expect(text).toContain('close idle connections');
    expect(text).toContain(`Do not cap its role below ${databases}`);
    for (const told of everywhere) {
      expect(told).not.toMatch(
        /CONNECTION LIMIT \d|[Cc]ap role|pool of \d|1 or 2 would do|held 1 (session|slot)/,
      );
    }
  });

  test('is said to be spared by its name, by which key, and what would happen without it', () => {
    expect(text).toContain(
      `${databases} sessions of datadog-agent are spared by their name alone (protect.builtinApplications)`,
    );
    expect(text).toMatch(
      /Without protect\.builtinApplications \(backups, migrations and agents\) 19 more sessions would end, and no slot/,
    );
  });
});
