import { describe, expect, test } from 'vitest';
import {
  parseDispatchConfig,
  parseFleetReportConfig,
  parseFleetRunConfig,
  parseIntakeConfig,
  parseTriggersConfig,
} from '../../../functions/config/fleet-config.ts';
import { FLEET_FUNCTIONS, FLEET_TABLES, fleetRemediateName } from '../../../functions/contract.ts';
import { deployed, functionOf, VPC } from './fleet-templates.ts';

/** The functions understand the environment that their templates give them. */

const HUB = {
  HubBucket: 'acme-headroom-hub',
  EventBusArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/pg-headroom',
};
const environmentOf = (resources: ReturnType<typeof deployed>, name: string) => ({
  AWS_REGION: 'eu-west-1',
  ...(
    functionOf(resources, name).properties.Environment as {
      readonly Variables: Readonly<Record<string, string>>;
    }
  ).Variables,
});

describe.each([
  ['with an organisation', deployed('fleet-cell', HUB)],
  ['alone', deployed('fleet-cell')],
] as const)('In a cell %s', (name, cell) => {
  const isAlone = name === 'alone';

  test('the dispatcher knows its tables, functions and period', () => {
    expect(parseDispatchConfig(environmentOf(cell, FLEET_FUNCTIONS.dispatch))).toEqual({
      registry: FLEET_TABLES.registry,
      memory: FLEET_TABLES.memory,
      claims: FLEET_TABLES.claims,
      triggers: FLEET_FUNCTIONS.triggers,
      report: FLEET_FUNCTIONS.report,
      hub: isAlone ? null : HUB.HubBucket,
      hasBus: !isAlone,
      ownerTag: 'team',
      periodMs: 300_000,
    });
  });

  test('intake and the triggers know theirs', () => {
    expect(parseIntakeConfig(environmentOf(cell, FLEET_FUNCTIONS.intake))).toEqual({
      registry: FLEET_TABLES.registry,
      claims: FLEET_TABLES.claims,
    });
    expect(parseTriggersConfig(environmentOf(cell, FLEET_FUNCTIONS.triggers))).toMatchObject({
      registry: FLEET_TABLES.registry,
      destination: 'arn:aws:lambda:eu-west-1:111122223333:function:pg-headroom-fleet-intake',
      mayTakeLast: false,
    });
  });

  test('report knows topic, bucket, memory, registry and bus', () => {
    expect(parseFleetReportConfig(environmentOf(cell, FLEET_FUNCTIONS.report))).toMatchObject({
      table: FLEET_TABLES.memory,
      registry: FLEET_TABLES.registry,
      bus: isAlone ? null : HUB.EventBusArn,
      bucket: expect.any(String),
      topic: expect.any(String),
    });
  });
});

describe('The receivers of a cell', () => {
  const secrets = {
    PagerDutySecret: 'pg-headroom/pagerduty',
    WebhookSecret: 'hook',
    WebhookUrl: 'https://hooks.example.com',
  };
  const receiversOf = (given: Readonly<Record<string, string>>) =>
    parseFleetReportConfig(environmentOf(deployed('fleet-cell', given), FLEET_FUNCTIONS.report)).receivers;

  test('are those whose secret is named, where their accounts are', () => {
    expect(receiversOf({ ...secrets, ReceiverSite: 'eu' })).toEqual([
      {
        kind: 'pagerDuty',
        url: 'https://events.eu.pagerduty.com/v2/enqueue',
        secret: 'pg-headroom/pagerduty',
        alertFrom: 'critical',
      },
      { kind: 'webhook', url: 'https://hooks.example.com', secret: 'hook', alertFrom: 'critical' },
    ]);
    const opsgenie = receiversOf({ OpsgenieSecret: 'ops', TeamsSecret: 'teams', ReceiverSite: 'jira' });
    expect(opsgenie.map(({ kind, url }) => [kind, url])).toEqual([
      ['opsgenie', 'https://api.atlassian.com/jsm/ops/integration/v2/alerts'],
      ['teams', null],
    ]);
  });

  test('are none where no secret is named', () => {
    expect(receiversOf({})).toEqual([]);
  });
});

test('The function of a network knows its tables, and trusts the roots of its region', () => {
  const config = parseFleetRunConfig(environmentOf(deployed('fleet-network'), fleetRemediateName(VPC)));
  expect(config.tables).toEqual({
    registry: FLEET_TABLES.registry,
    memory: FLEET_TABLES.memory,
    outbox: FLEET_TABLES.outbox,
  });
  expect(config.authorities[0]).toMatch(/rds-ca\/eu-west-1\.pem$/);
});

test('The last subscription of a log group is taken where the cell is told to', () => {
  const cell = deployed('fleet-cell', { TakeLastSubscription: 'true' });
  expect(parseTriggersConfig(environmentOf(cell, FLEET_FUNCTIONS.triggers)).mayTakeLast).toBe(true);
});
