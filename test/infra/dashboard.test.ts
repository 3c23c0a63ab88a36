import { describe, expect, test } from 'vitest';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { countRun } from '../../functions/report/count-run.ts';
import { knownIn } from '../../functions/report/known-run.ts';
import type { DashboardServer } from '../../infra/constructs/dashboard.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { workHere } from '../support/report-work.ts';
import { reportingStack } from './reporting.ts';
import { resources, theOnly } from './synthesis.ts';

type Widget = {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>> & {
    readonly title?: string;
    readonly query?: string;
  };
};

/** The widgets of the one dashboard; what is known only when deployed is a word in them. */
function widgetsFor(servers: readonly DashboardServer[]): readonly Widget[] {
  const [, { Properties }] = theOnly(reportingStack({ servers }), 'AWS::CloudWatch::Dashboard');
  const body = Properties.DashboardBody as { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  const text = body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'deployed')).join('');
  return JSON.parse(text).widgets;
}

function titled(widgets: readonly Widget[], title: string): Widget['properties'] {
  const found = widgets.filter(({ properties }) => properties.title === title);
  expect(found).toHaveLength(1);
  return found[0]?.properties ?? {};
}

const orders = {
  server: 'orders',
  policy: { relieve: { when: { usedPercent: 90 }, until: { usedPercent: 75 } } },
};
const billing = {
  server: 'billing',
  policy: { relieve: { when: { freeSlots: 10 }, until: { freeSlots: 30 } } },
};
const widgets = widgetsFor([orders, billing, { server: 'plain' }]);

/** Expressions and metrics of a graph, as the console names them. */
const drawn = (title: string) => JSON.stringify(titled(widgets, title).metrics);

describe("a server's graph", () => {
  test.each([
    ['orders', ['usable * 90 / 100', 'acts from (90 % used)'], ['usable * 75 / 100', 'until (75 % used)']],
    ['billing', ['usable - 10', 'acts from (10 free)'], ['usable - 30', 'until (30 free)']],
    ['plain', ['usable * 95 / 100', 'acts from (95 % used)'], ['usable * 80 / 100', 'until (80 % used)']],
  ])(
    'of %s has used and usable slots against the thresholds of its policy, and who was terminated',
    (server, when, until) => {
      const { metrics } = titled(widgets, server);
      const lines = metrics as readonly (readonly unknown[])[];
      const named = lines.map((line) => (typeof line[0] === 'string' ? line[1] : line[0]));
      expect(named).toEqual([
        'UsedSlots',
        'UsableSlots',
        expect.objectContaining({ expression: when[0], label: when[1] }),
        expect.objectContaining({ expression: until[0], label: until[1] }),
        'Terminated',
      ]);
      for (const line of lines.filter((each) => typeof each[0] === 'string'))
        expect(line.slice(0, 4)).toEqual(['PgHeadroom', line[1], 'server', server]);
      expect(lines[1]?.at(-1)).toMatchObject({ id: 'usable' });
      expect(lines[4]?.at(-1)).toMatchObject({ yAxis: 'right', stat: 'Sum' });
    },
  );
});

describe('what all servers have in common', () => {
  test.each([
    ['Left to a human, by server', '{PgHeadroom,server} MetricName="Unresolved"'],
    ['Sessions terminated, by server', '{PgHeadroom,server} MetricName="Terminated"'],
    ['Longest run in ms, by function', '{AWS/Lambda,FunctionName} MetricName="Duration" pg headroom'],
    ['Runs that failed, by function', '{AWS/Lambda,FunctionName} MetricName="Errors" pg headroom'],
  ])('%s is found by search, for servers that are not named here too', (title, search) => {
    expect(drawn(title).replaceAll('\\', '')).toContain(`SEARCH('${search}`);
  });

  test('runs by outcome come from the lines that report writes about each', async () => {
    const { query = '' } = titled(widgets, 'Runs by server and outcome');
    let line = '';
    const result = packRecord(INCIDENTS.refilled());
    const run = knownIn(result, { functionName: null, requestId: '' }, null);
    countRun(run, await workHere(result).readRecord(true), 'none', {
      count: () => {},
      log: (event, fields) => {
        line = JSON.stringify({ event, ...fields });
      },
    });
    expect(line).toContain(/@message like '(.+?)'/.exec(query)?.[1]);
    const read = [...query.matchAll(/parse @message \/(.+)\//g)].map(
      ([, pattern = '']) => new RegExp(pattern).exec(line)?.groups,
    );
    expect(Object.assign({}, ...read)).toEqual({
      whose: 'orders',
      in_mode: 'enforce',
      came_to: 'refilled',
      ended: '12',
      left: '45',
      took: '3731',
    });
  });
});

describe('our own health', () => {
  test('shows every alarm about reporting', () => {
    const alarms = resources(reportingStack(), 'AWS::CloudWatch::Alarm');
    expect(titled(widgets, 'Reporting').alarms).toHaveLength(alarms.length);
  });

  test('shows results, failures and dead letters', () => {
    const messages = drawn('Messages: report function and dead letters');
    for (const name of ['Invocations', 'Errors', 'ApproximateNumberOfMessagesVisible'])
      expect(messages).toContain(name);
  });
});

describe('with sixty servers', () => {
  const many = widgetsFor(Array.from({ length: 60 }, (_, at) => ({ server: `server-${at}` })));

  test('is one page that CloudWatch takes, each server with a graph of its own', () => {
    expect(many.length).toBeLessThanOrEqual(500);
    for (let at = 0; at < 60; at += 1) titled(many, `server-${at}`);
  });

  test('has no widget on top of another', () => {
    const cells = many.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, at) => `${x + (at % width)},${y + Math.floor(at / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
