import { expect, test, vi } from 'vitest';
import { renderIncident } from '../../functions/render/incident.ts';
import { report } from '../../functions/workflow/report.ts';
import { packRecord } from '../../functions/workflow/run-result.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { identified } from '../support/published.ts';
import { notingPorts, RECORD_URL, type Step } from '../support/report-steps.ts';

vi.mock('../../functions/render/page/render-page.ts', () => ({
  renderPage: () => {
    throw new Error('no such chart');
  },
}));

test('a page that cannot be drawn costs neither the record nor the message, and is counted', async () => {
  const steps: Step[] = [];
  const record = INCIDENTS.partial();
  const payload = JSON.parse(JSON.stringify(packRecord(record)));
  await report(
    { kind: 'record', functionName: 'pg-headroom-orders', requestId: 'r-1', payload },
    notingPorts(steps),
  );
  const kept = [['keep', expect.objectContaining({ runId: record.runId })]];
  expect(steps.filter(([step]) => step === 'keep' || step === 'page')).toEqual(kept);
  expect(steps).toContainEqual(['page-not-kept', expect.objectContaining({ message: 'no such chart' })]);
  expect(steps).toContainEqual(['count', ['recordsNotKept']]);
  expect(steps).toContainEqual(['publish', identified(renderIncident(record, [], RECORD_URL), 'run')]);
});
