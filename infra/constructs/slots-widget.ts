import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { WrittenPolicy } from '../../functions/core/policy/written-policy.ts';
import { serverMetric } from './server-metric.ts';

type Threshold = ReturnType<typeof parsePolicy>['relieve']['when'];

/** The width of two widgets side by side. */
export const HALF_WIDTH = 12;

/** The slots of a server at its runs, the thresholds of its policy, and the sessions that runs ended. */
export function slotsWidget(server: string, policy: WrittenPolicy = {}): cloudwatch.GraphWidget {
  const { when, until } = parsePolicy(policy).relieve;
  const usable = serverMetric(server, 'usableSlots', cloudwatch.Stats.MAXIMUM, { label: 'usable' });
  const lineAt = (threshold: Threshold, label: string) =>
    new cloudwatch.MathExpression({
      expression: slotsAt(threshold),
      usingMetrics: { usable },
      label: `${label} (${textOf(threshold)})`,
      period: usable.period,
    });
  return new cloudwatch.GraphWidget({
    title: server,
    width: HALF_WIDTH,
    left: [
      serverMetric(server, 'usedSlots', cloudwatch.Stats.MAXIMUM, { label: 'used' }),
      usable,
      lineAt(when, 'acts from'),
      lineAt(until, 'until'),
    ],
    leftYAxis: { min: 0, label: 'slots', showUnits: false },
    right: [serverMetric(server, 'terminated', cloudwatch.Stats.SUM, { label: 'terminated' })],
    rightYAxis: { min: 0, label: 'sessions', showUnits: false },
  });
}

/** An expression for the number of used slots at a threshold. */
function slotsAt({ unit, value }: Threshold): string {
  return unit === 'usedPercent' ? `usable * ${value} / 100` : `usable - ${value}`;
}

function textOf({ unit, value }: Threshold): string {
  return unit === 'usedPercent' ? `${value} % used` : `${value} free`;
}
