import { expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { report } from '../../functions/report/report.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { identified } from '../support/published.ts';
import { notingPorts, PAGE_URL, type Step } from '../support/report-steps.ts';
import { workHere } from '../support/report-work.ts';

test('a page that cannot be drawn costs neither the record nor the message, is counted, and a line stands in its place', async () => {
  const steps: Step[] = [];
  const record = INCIDENTS.partial();
  const payload = JSON.parse(JSON.stringify(packRecord(record)));
  const drawPage = () => Promise.reject(new RemediationError('out-of-budget', 'It took <too> long.'));
  await report(
    { kind: 'record', functionName: 'pg-headroom-orders', requestId: 'r-1', payload },
    { ...notingPorts(steps), work: (result) => workHere(result, { drawPage }) },
  );
  expect(steps.map(([step]) => step)).toEqual([
    ...['run', 'count', 'keep', 'publish', 'told', 'left-out', 'count', 'page'],
  ]);
  expect(steps[3]).toEqual(['publish', identified(renderIncident(record, [], PAGE_URL), 'run')]);
  expect(steps[5]?.[1]).toMatchObject({ part: 'page', code: 'out-of-budget' });
  expect(steps[6]?.[1]).toEqual(['reportsCutShort']);
  expect(steps[7]?.[1]).toContain('The page could not be drawn. It took &lt;too&gt; long.');
});
