import {
  ATTENTION_INDEX,
  FLEET_BUNDLES,
  FLEET_ENV,
  FLEET_FUNCTIONS,
  FLEET_PARAMETERS,
  FLEET_TABLES,
  fleetRemediateName,
  HANDLER,
  HUB_FUNCTIONS,
  REPORT_ENV,
} from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { logDocument, subscriptionEvent } from './events.ts';
import { PROOF_TEXT } from './fleet.ts';
import { functionArn } from './lambda-environment.ts';
import type { Invocation } from './lambda-invocation.ts';
import { startLoopbackAws } from './loopback-aws.ts';
import { startLoopbackDynamoDb } from './loopback-dynamodb.ts';
import { startLoopbackFleetApis } from './loopback-fleet-apis.ts';
import { startLoopbackLambda } from './loopback-lambda.ts';
import { startLoopbackLambdaApi } from './loopback-lambda-api.ts';
import { startLoopbackS3 } from './loopback-s3.ts';
import type { Address } from './proxy.ts';

/** A cell of real bundles on loopback services: from the API of RDS to the message. Its databases are in one VPC. */

export const VPC_OF_BUNDLES = 'vpc-0a1b2c3d';
export const REMEDIATE_OF_BUNDLES = fleetRemediateName(VPC_OF_BUNDLES);
const MEMORY = 'fleet-memory';
const HUB = 'acme-headroom-hub';
const PERIOD_MS = 300_000;

/** A database as the API of RDS shows it. */
export type ShownDatabase = {
  readonly name: string;
  readonly address: Address;
  /** Default `enforce`. */
  readonly tag?: string;
  readonly policy?: string;
  readonly exportsLog?: boolean;
};

function resourceOf(name: string): string {
  return `db-${name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`;
}

export function keyInBundles(name: string): string {
  return `${VPC_OF_BUNDLES}#${resourceOf(name)}`;
}

function instanceOf({ name, address, tag = 'enforce', policy, exportsLog }: ShownDatabase): string {
  const tags = {
    'pg-headroom': tag,
    team: 'shop',
    ...(policy !== undefined && { 'pg-headroom:policy': policy }),
  };
  const tagList = Object.entries(tags).map(
    ([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
  );
  return `<DBInstanceIdentifier>${name}</DBInstanceIdentifier><DbiResourceId>${resourceOf(name)}</DbiResourceId><Engine>postgres</Engine>
    <DBInstanceClass>db.m7g.large</DBInstanceClass><DBInstanceStatus>available</DBInstanceStatus>
    <Endpoint><Address>${address.host}</Address><Port>${address.port}</Port></Endpoint><DBSubnetGroup><VpcId>${VPC_OF_BUNDLES}</VpcId></DBSubnetGroup>
    <IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled>${exportsLog ? '<EnabledCloudwatchLogsExports><member>postgresql</member></EnabledCloudwatchLogsExports>' : ''}
    <TagList>${tagList.join('')}</TagList>`;
}

const SUMMARIES = 'summaries';

/** Its functions trust the authority in `caFile`. The bus is that of an organisation. */
export async function startCellOfBundles(
  stack: AsyncDisposableStack,
  caFile: string,
  { bus = '' }: { readonly bus?: string } = {},
) {
  const aws = stack.use(await startLoopbackAws());
  const apis = stack.use(await startLoopbackFleetApis());
  const hub = stack.use(await startLoopbackS3([HUB]));
  const api = stack.use(await startLoopbackLambdaApi());
  const dynamodb = stack.use(
    await startLoopbackDynamoDb([
      { name: FLEET_TABLES.registry, key: 'key' },
      { name: FLEET_TABLES.claims, key: 'key' },
      { name: FLEET_TABLES.outbox, key: 'key', sort: 'run' },
      { name: MEMORY, key: 'server', index: ATTENTION_INDEX },
      { name: SUMMARIES, key: 'account' },
    ]),
  );
  const environment = {
    ...{
      ...aws.environment,
      ...apis.environment,
      ...hub.environment,
      ...api.environment,
      ...dynamodb.environment,
    },
    [FLEET_ENV.registry]: FLEET_TABLES.registry,
    [FLEET_ENV.memory]: MEMORY,
    [FLEET_ENV.claims]: FLEET_TABLES.claims,
    [FLEET_ENV.outbox]: FLEET_TABLES.outbox,
    [FLEET_ENV.triggers]: FLEET_FUNCTIONS.triggers,
    [FLEET_ENV.report]: FLEET_FUNCTIONS.report,
    [FLEET_ENV.intake]: functionArn(FLEET_FUNCTIONS.intake),
    [FLEET_ENV.periodMinutes]: String(PERIOD_MS / 60_000),
    [FLEET_ENV.hub]: HUB,
    [FLEET_ENV.bus]: bus,
    [FLEET_ENV.summaries]: SUMMARIES,
    [REMEDIATE_ENV.caFile]: caFile,
    [REPORT_ENV.topic]: 'arn:aws:sns:eu-west-1:111122223333:people',
    [REPORT_ENV.table]: MEMORY,
  };
  const deployed = (bundle: string) =>
    ({ bundle, handler: HANDLER, timeoutSeconds: 60, memoryMb: 512, environment }) as const;
  const lambda = stack.use(
    startLoopbackLambda({
      functions: {
        [FLEET_FUNCTIONS.dispatch]: deployed(FLEET_BUNDLES.dispatch),
        [FLEET_FUNCTIONS.intake]: deployed(FLEET_BUNDLES.intake),
        [FLEET_FUNCTIONS.triggers]: deployed(FLEET_BUNDLES.triggers),
        [FLEET_FUNCTIONS.report]: deployed(FLEET_BUNDLES.report),
        [HUB_FUNCTIONS.summaries]: deployed(FLEET_BUNDLES.summaries),
        [HUB_FUNCTIONS.digest]: deployed(FLEET_BUNDLES.digest),
        [REMEDIATE_OF_BUNDLES]: { ...deployed(FLEET_BUNDLES.remediate), onFailure: FLEET_FUNCTIONS.report },
      },
    }),
  );
  api.serve(lambda);
  apis.parameters.set(
    `${FLEET_PARAMETERS.network}/${VPC_OF_BUNDLES}`,
    JSON.stringify({ function: functionArn(REMEDIATE_OF_BUNDLES), reaches: [] }),
  );
  const firstAt = Date.now();
  let periods = 0;
  const taken = new Set<string>();
  return {
    ...{ aws, apis, hub, dynamodb, lambda },
    /** What the API of RDS shows from now on. */
    show: (databases: readonly ShownDatabase[]) => {
      apis.instances.splice(0, apis.instances.length, ...databases.map(instanceOf));
      for (const { name } of databases.filter(({ exportsLog }) => exportsLog)) {
        const group = logGroupOf(name);
        if (!apis.groups.has(group)) apis.groups.set(group, []);
      }
    },
    /** Puts an object of the organisation's bucket there. */
    putInHub: (key: string, text: string) =>
      hub.put(`${HUB}/${key}`, { contentType: 'application/json', body: Buffer.from(text) }),
    /** The next period. Resolves with what it started, when all of that has ended. */
    dispatch: async (): Promise<readonly Invocation[]> => {
      const scheduledTime = new Date(firstAt + PERIOD_MS * periods++).toISOString();
      const event = { source: 'pg-headroom.schedule', scheduledTime, scheduleArn: 'arn' };
      await lambda.invokeAsync(FLEET_FUNCTIONS.dispatch, event);
      return api.settled();
    },
    run: (event: unknown) => lambda.invokeAsync(REMEDIATE_OF_BUNDLES, event),
    /** Says that logins go by the tag, as `headroom preflight --fleet --prove` does. */
    prove: async () => {
      const known = (await dynamodb.all(FLEET_TABLES.registry)).find(
        ({ key }) => key?.S === CELL_KEYS.switch,
      );
      const item = { ...known, key: { S: CELL_KEYS.switch }, proof: { S: PROOF_TEXT } };
      await dynamodb.put(item, FLEET_TABLES.registry);
    },
    /** Accepts every database, as `headroom fleet accept` does. */
    acceptAll: async () => {
      const accepted = { S: JSON.stringify({ by: 'a person', at: new Date().toISOString() }) };
      for (const item of await dynamodb.all(FLEET_TABLES.registry))
        if (String(item.key?.S).startsWith('vpc-'))
          await dynamodb.put({ ...item, accepted }, FLEET_TABLES.registry);
    },
    /** Delivers lines of a database's log, if somebody subscribed to them. True when they were. */
    deliverLog: async (name: string, lines: readonly string[]): Promise<boolean> => {
      const [subscribed] = apis.groups.get(logGroupOf(name)) ?? [];
      if (subscribed === undefined || lines.length === 0) return false;
      const events = lines.map((message) => ({ message, timestamp: Date.now() }));
      const document = logDocument(events, { logGroup: logGroupOf(name), logStream: `${name}.0` });
      await lambda.invokeAsync(FLEET_FUNCTIONS.intake, subscriptionEvent(document));
      return true;
    },
    /** Records of runs that are not quiet, each once. */
    takeRecords: async () => {
      const items = await dynamodb.all(FLEET_TABLES.outbox);
      const fresh = items.filter((item) => !taken.has(String(item.run?.S)));
      for (const { run } of fresh) taken.add(String(run?.S));
      return fresh;
    },
    /** Delivers a record, as the stream of the outbox does. */
    report: (NewImage: object) => {
      const record = { eventSource: 'aws:dynamodb', eventName: 'INSERT', dynamodb: { NewImage } };
      return lambda.invokeAsync(FLEET_FUNCTIONS.report, { Records: [record] });
    },
    said: () => lambda.logs.map(({ line }) => line).join('\n'),
  };
}

export type CellOfBundles = Awaited<ReturnType<typeof startCellOfBundles>>;

function logGroupOf(name: string): string {
  return `/aws/rds/instance/${name}/postgresql`;
}
