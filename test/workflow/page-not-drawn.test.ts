import { expect, test, vi } from 'vitest';
import { renderIncident } from '../../functions/render/incident.ts';
import type { ReportPorts } from '../../functions/workflow/ports.ts';
import { report } from '../../functions/workflow/report.ts';
import { packRecord } from '../../functions/workflow/run-result.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { identified, toPeople } from '../support/published.ts';

vi.mock('../../functions/render/page/render-page.ts', () => ({
  renderPage: () => {
    throw new Error('no such chart');
  },
}));

test('a page that cannot be drawn costs neither the record nor the message, and is counted', async () => {
  const steps: (readonly [string, unknown])[] = [];
  const ports: ReportPorts = {
    memory: null,
    keep: async (record, page) => {
      steps.push(['keep', page ?? record.runId]);
      return 'https://records.example/run.json.gz';
    },
    count: ({ metrics }) => {
      steps.push(['count', metrics.map(({ name }) => name)]);
    },
    publish: toPeople(async (message) => {
      steps.push(['publish', message]);
    }),
    now: Date.now,
    sleep: async () => {},
    log: (event, fields) => {
      steps.push([event, fields]);
    },
  };
  const record = INCIDENTS.partial();
  const payload = JSON.parse(JSON.stringify(packRecord(record)));
  await report({ kind: 'record', functionName: 'pg-headroom-orders', requestId: 'r-1', payload }, ports);
  expect(steps.filter(([step]) => step === 'keep')).toEqual([['keep', record.runId]]);
  expect(steps).toContainEqual(['page-not-kept', expect.objectContaining({ message: 'no such chart' })]);
  expect(steps).toContainEqual(['count', ['recordsNotKept']]);
  expect(steps).toContainEqual([
    'publish',
    identified(renderIncident(record, [], 'https://records.example/run.json.gz'), 'run'),
  ]);
});
