import { afterEach, expect, test, vi } from 'vitest';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { rankGroups } from '../../functions/core/server/rank-groups.ts';
import { report } from '../../functions/report/report.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { notingPorts, type Step } from '../support/report-steps.ts';

const diagnose = vi.hoisted(() => vi.fn());

// The real diagnosis, with its calls counted.
vi.mock('../../functions/core/diagnosis/diagnosis.ts', async (load) => {
  const real = await load<typeof import('../../functions/core/diagnosis/diagnosis.ts')>();
  return { ...real, diagnose: diagnose.mockImplementation(real.diagnose) };
});

afterEach(() => diagnose.mockClear());

async function stepsOfReport(record: RunRecord): Promise<readonly string[]> {
  const steps: Step[] = [];
  const payload = JSON.parse(JSON.stringify(packRecord(record)));
  const invocation = {
    functionName: 'pg-headroom-orders',
    requestId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2',
  };
  await report({ kind: 'record', ...invocation, payload }, notingPorts(steps));
  return steps.map(([step]) => step);
}

test.each(['recovered', 'refilled', 'partial', 'no-candidates'] as const)(
  'the report of a %s run diagnoses once for its summary, message and page',
  async (outcome) => {
    const steps = await stepsOfReport(INCIDENTS[outcome]());
    expect(steps).toEqual(expect.arrayContaining(['keep', 'publish', 'page']));
    expect(diagnose).toHaveBeenCalledTimes(1);
  },
);

test('a snapshot is ranked once', () => {
  const { snapshot } = INCIDENTS.recovered();
  expect(snapshot && rankGroups(snapshot)).toBe(snapshot && rankGroups(snapshot));
});
