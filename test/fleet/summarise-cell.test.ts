import { expect, test } from 'vitest';
import type { CellSummary } from '../../functions/core/fleet/cell-summary.ts';
import { parseSummary, summaryRequest } from '../../functions/core/fleet/cell-summary.ts';
import { parseFleetDelivery } from '../../functions/fleet/parse-fleet-delivery.ts';
import { summariseCell } from '../../functions/fleet/summarise-cell.ts';
import { CELL_NOW, mixedCell } from '../support/fleet-cells.ts';
import { DIGEST_WEEK } from '../support/summaries-of-cells.ts';

const look = async () => ({
  view: mixedCell(),
  past: [
    { incidents: 2, ended: 40 },
    { incidents: 1, ended: 1 },
  ],
});

test('A cell sends its summary, with what its databases remember of the week, as the hub can read it', async () => {
  const sent: CellSummary[] = [];
  const send = async (summary: CellSummary) => void sent.push(summary);
  await summariseCell(DIGEST_WEEK, { look, send, now: () => CELL_NOW, log: () => {} });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ week: DIGEST_WEEK, region: 'eu-west-1', incidents: 3, ended: 41 });
  expect(parseSummary(JSON.stringify(sent[0]))).toEqual({ ...sent[0], code: 'other' });
});

test('A cell without a bus reads nothing and sends nothing', async () => {
  const logged: string[] = [];
  const refuse = () => Promise.reject(new Error('It looks.'));
  const log = (event: string) => void logged.push(event);
  await summariseCell(DIGEST_WEEK, { look: refuse, send: null, now: () => CELL_NOW, log });
  expect(logged).toEqual(['no-bus-for-summary']);
});

test('What the dispatcher asks for is understood, and nothing else is', () => {
  expect(parseFleetDelivery(summaryRequest(DIGEST_WEEK))).toEqual({ kind: 'summary', week: DIGEST_WEEK });
  expect(() => parseFleetDelivery({ summary: 'now' })).toThrow(
    expect.objectContaining({ code: 'event-unknown' }),
  );
});
