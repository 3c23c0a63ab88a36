import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { emitMetrics } from '../../functions/aws/metrics.ts';
import { METRIC_NAMESPACE } from '../../functions/contract.ts';
import { metricsOf } from '../../functions/report/run-metrics.ts';
import { HOSTILE, runNamed } from '../support/hostile.ts';
import { INCIDENTS } from '../support/incidents.ts';

/** Lines on standard output, from which CloudWatch makes metrics. */
let lines: readonly string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines = [...lines, String(line)];
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const written = () => lines.map((line) => JSON.parse(line));

describe('metrics of a server', () => {
  test('are one line in the embedded format, with the server as their only dimension', () => {
    emitMetrics({
      kind: 'server',
      server: 'orders',
      metrics: [
        { name: 'usedSlots', unit: 'Count', value: 57 },
        { name: 'durationMs', unit: 'Milliseconds', value: 3_731 },
      ],
    });
    expect(written()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: METRIC_NAMESPACE,
              Dimensions: [['server']],
              Metrics: [
                { Name: 'UsedSlots', Unit: 'Count' },
                { Name: 'Duration', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        server: 'orders',
        UsedSlots: 57,
        Duration: 3_731,
      },
    ]);
  });

  test.each(Object.entries(INCIDENTS))('of a run that ended as %s are all taken', (_, incident) => {
    const metrics = metricsOf(incident());
    emitMetrics({ kind: 'server', server: 'orders', metrics });
    expect(written()[0]._aws.CloudWatchMetrics[0].Metrics).toHaveLength(metrics.length);
  });

  test.each([
    ['\u202e\n{"_aws":{}}', '_____aws_____'],
    ['x'.repeat(2_000), 'x'.repeat(64)],
    [':été server', '__t__server'],
    ['', '_'],
  ])('of a server called %j have a dimension that CloudWatch takes', (server, dimension) => {
    emitMetrics({ kind: 'server', server, metrics: [{ name: 'paused', unit: 'Count', value: 1 }] });
    expect(written()[0].server).toMatch(/^[\x21-\x7e]{1,64}$/);
    expect(written()[0].server).toBe(dimension);
  });

  test.each(Object.entries(HOSTILE))(
    'of a run with %s have one line, one dimension and no more metrics',
    (_, name) => {
      const run = runNamed(name);
      const metrics = metricsOf(run);
      emitMetrics({ kind: 'server', server: run.server, metrics });
      expect(lines).toHaveLength(1);
      const [{ _aws, server, ...values }] = written();
      expect(server).toMatch(/^[\x21-\x7e]{1,64}$/);
      expect(_aws.CloudWatchMetrics).toMatchObject([{ Dimensions: [['server']] }]);
      expect(Object.keys(values)).toHaveLength(metrics.length);
    },
  );

  test('without any there is no line', () => {
    emitMetrics({ kind: 'server', server: 'orders', metrics: [] });
    expect(lines).toEqual([]);
  });
});

test('metrics about ourselves are of the service, not of a server', () => {
  emitMetrics({ kind: 'own', metrics: [{ name: 'recordsNotKept', unit: 'Count', value: 1 }] });
  expect(written()).toMatchObject([
    {
      _aws: { CloudWatchMetrics: [{ Dimensions: [['service']], Metrics: [{ Name: 'RecordsNotKept' }] }] },
      service: 'pg-headroom',
      RecordsNotKept: 1,
    },
  ]);
});
