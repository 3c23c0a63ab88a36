import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { readIndex } from '../../functions/report/index-file.ts';
import { report } from '../../functions/report/report.ts';
import type { IndexStore, Keep } from '../../functions/report/report-ports.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { notingPorts, type Step } from '../support/report-steps.ts';

const delivery = (record = INCIDENTS.partial()) =>
  ({
    kind: 'record',
    functionName: 'pg-headroom-orders',
    requestId: record.runId,
    payload: packRecord(record),
  }) as const;

/** Reports with this store of indexes. Returns what was done, in order, and the pages of indexes. */
async function reportedWith(
  store: Partial<IndexStore>,
  destination: Parameters<typeof report>[0] = delivery(),
) {
  const steps: Step[] = [];
  const pages = new Map<string | null, string>();
  const ports = notingPorts(steps);
  const keep: Keep | null = ports.keep && {
    ...ports.keep,
    index: {
      ...ports.keep.index,
      write: async (server: string | null, page: string) => {
        steps.push(['index', server]);
        pages.set(server, page);
        return true;
      },
      ...store,
    },
  };
  await report(destination, { ...ports, keep });
  return { names: steps.map(([name]) => name), steps, pages };
}

const notKept = (message: string) => new RemediationError('record-not-kept', message);

describe('the index of incidents', () => {
  test('is written last, after record, message and page', async () => {
    const { names } = await reportedWith({});
    expect(names).toEqual(['run', 'count', 'keep', 'publish', 'told', 'page', 'index', 'index']);
  });

  test('has the run with its outcome, its slots and the address of its page', async () => {
    const { pages } = await reportedWith({});
    const page = pages.get('orders') ?? '';
    expect(readIndex(page).incidents).toMatchObject([
      {
        server: 'orders',
        cause: 'connection-leak',
        culprit: 'billing-worker',
        runs: [{ outcome: 'partial', used: 57, usable: 57 }],
      },
    ]);
    expect(page).toContain('href="https://eu-west-1.console.aws.amazon.com/');
    expect(page).not.toMatch(/<(script|img|iframe|form)\b/);
    expect(pages.get(null)).toContain('Incidents of all servers');
  });

  const FAULTS: readonly (readonly [fault: string, store: Partial<IndexStore>, says: string])[] = [
    ['cannot be read', { read: () => Promise.reject(notKept('no bucket')) }, 'no bucket'],
    ['cannot be written', { write: () => Promise.reject(notKept('no right')) }, 'no right'],
    ['is overtaken again and again', { write: async () => false }, 'overtaken by other reports 8 times'],
    ['is not understood', { read: async () => ({ page: '<p>', version: '"1"' }) }, 'is not understood'],
  ];

  test.each(FAULTS)(
    'that %s costs neither message nor record nor page, and is counted',
    async (_, store, says) => {
      const { names, steps } = await reportedWith(store);
      expect(names).toEqual(['run', 'count', 'keep', 'publish', 'told', 'page', 'left-out', 'count']);
      expect(JSON.stringify(steps.at(-2))).toContain(says);
      expect(steps.at(-1)).toEqual(['count', ['reportsCutShort']]);
    },
  );

  test('is not touched by a quiet run', async () => {
    expect((await reportedWith({}, delivery(INCIDENTS.healthy()))).names).not.toContain('index');
  });
});
