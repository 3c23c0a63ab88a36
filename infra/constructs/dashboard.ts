import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  functionNameOf,
  METRIC_NAMESPACE,
  SERVER_DIMENSION,
  SERVER_METRICS,
} from '../../functions/contract.ts';
import type { WrittenPolicy } from '../../functions/core/policy/written-policy.ts';
import type { IncidentReporting } from './incident-reporting.ts';
import { functionMetric } from './own-alarm.ts';
import { HALF_WIDTH, slotsWidget } from './slots-widget.ts';

/** A server on the dashboard: its name, and its declared policy for the thresholds. */
export type DashboardServer = { readonly server: string; readonly policy?: WrittenPolicy | undefined };

export interface DashboardProps {
  readonly reporting: IncidentReporting;
  /**
   * Each of these servers gets a graph of its slots. The other graphs show every server, named here or not.
   *
   * @default - none
   */
  readonly servers?: readonly DashboardServer[];
}

const FIVE_MINUTES = Duration.minutes(5);
const { SUM, MAXIMUM } = cloudwatch.Stats;

/**
 * One page for the account and region: first pg-headroom itself, then all servers together, then the slots of each server.
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { reporting, servers = [] }: DashboardProps) {
    super(scope, id);
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      // Dashboard names are global in an account, so the region is part of the name.
      dashboardName: `pg-headroom-${Stack.of(this).region}`,
      defaultInterval: Duration.hours(12),
    });
    dashboard.addWidgets(...ourselves(reporting));
    dashboard.addWidgets(...allServers());
    dashboard.addWidgets(runsTable(reporting));
    const graphs = servers.map(({ server, policy }) => slotsWidget(server, policy));
    for (let at = 0; at < graphs.length; at += 2) dashboard.addWidgets(...graphs.slice(at, at + 2));
  }
}

function ourselves({ alarms, report, deadLetters }: IncidentReporting): readonly cloudwatch.IWidget[] {
  const ofReport = (name: string, statistic: string, label: string) =>
    functionMetric(report.functionName, name, { statistic, period: FIVE_MINUTES }).with({ label });
  return [
    new cloudwatch.AlarmStatusWidget({ title: 'Reporting', alarms: [...alarms.all], width: 6, height: 6 }),
    new cloudwatch.GraphWidget({
      title: 'Messages: report function and dead letters',
      width: 9,
      left: [
        ofReport('Invocations', SUM, 'results'),
        ofReport('Errors', SUM, 'failed'),
        deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: MAXIMUM, label: 'dead letters' }),
      ],
      leftYAxis: { min: 0, showUnits: false },
    }),
    new cloudwatch.GraphWidget({
      title: 'Runs that failed, by function',
      width: 9,
      left: [search(functionsSearch('Errors'), SUM)],
      leftYAxis: { min: 0, showUnits: false },
    }),
  ];
}

function allServers(): readonly cloudwatch.IWidget[] {
  const graph = (title: string, query: string, statistic: string) =>
    new cloudwatch.GraphWidget({
      title,
      width: 8,
      left: [search(query, statistic)],
      leftYAxis: { min: 0, showUnits: false },
    });
  const ours = (name: keyof typeof SERVER_METRICS) =>
    `{${METRIC_NAMESPACE},${SERVER_DIMENSION}} MetricName="${SERVER_METRICS[name]}"`;
  return [
    graph('Left to a human, by server', ours('unresolved'), MAXIMUM),
    graph('Sessions terminated, by server', ours('terminated'), SUM),
    graph('Longest run in ms, by function', functionsSearch('Duration'), MAXIMUM),
  ];
}

/** A metric search matches words. This one finds every function whose name starts with the words of our prefix. */
function functionsSearch(metricName: string): string {
  const words = functionNameOf('').split('-').join(' ').trim();
  return `{AWS/Lambda,FunctionName} MetricName="${metricName}" ${words}`;
}

function search(query: string, statistic: string): cloudwatch.SearchExpression {
  const expression = `SEARCH('${query}', '${statistic}', ${FIVE_MINUTES.toSeconds()})`;
  return new cloudwatch.SearchExpression({ expression, period: FIVE_MINUTES, label: '' });
}

/**
 * Outcomes of runs, from the log lines that `report` writes. Sixteen outcomes for each server would be too many metrics.
 * The columns have other names than the fields of the lines, because Logs Insights does not allow a field it discovered to
 * be defined again.
 */
function runsTable({ report }: IncidentReporting): cloudwatch.LogQueryWidget {
  return new cloudwatch.LogQueryWidget({
    title: 'Runs by server and outcome',
    logGroupNames: [report.logGroup.logGroupName],
    width: 2 * HALF_WIDTH,
    height: 8,
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    queryLines: RUNS_QUERY,
  });
}

const RUNS_QUERY = [
  'filter @message like \'"event":"run"\'',
  'parse @message /"server":"(?<whose>[^"]*)"/',
  'parse @message /"mode":"(?<in_mode>[^"]*)"/',
  'parse @message /"outcome":"(?<came_to>[^"]*)"/',
  'parse @message /"terminated":(?<ended>\\d+)/',
  'parse @message /"spared":(?<left>\\d+)/',
  'parse @message /"durationMs":(?<took>\\d+)/',
  'stats count(*) as runs, sum(ended) as sessions_terminated, max(left) as most_spared, max(took) as longest_ms, max(@timestamp) as last by whose, in_mode, came_to',
  'sort whose asc, runs desc',
];
