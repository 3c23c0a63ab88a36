import { RECEIVER_KINDS, REMEDIATE_MEMORY_MB } from '../../contract.ts';
import { type Fleet, type MonthlyCost, monthlyCost, REPORTING_COST, total } from './monthly-cost.ts';
import { PRICES } from './prices.ts';
import { runsAMonth } from './runs-a-month.ts';
import type { ReportingDeclaration, ServerDeclaration } from './server-declaration.ts';

/** What a stage, or the servers without stages in one region, cost: dollars a month. */
export type DeclaredCost = {
  readonly servers: readonly {
    readonly name: string;
    readonly parts: ServerParts;
    readonly together: number;
  }[];
  readonly reporting: Readonly<
    Record<'alarms and dashboard' | 'key of the topics' | 'secrets of receivers', number>
  >;
  readonly together: number;
  /**
   * More, if the VPCs of servers with a secret have neither a NAT gateway nor an endpoint for Secrets Manager: one interface
   * endpoint in each of their zones.
   */
  readonly endpoints: number;
};
type ServerParts = Readonly<
  Record<Exclude<keyof MonthlyCost, 'endpoints' | 'once for all'> | 'traces', number>
>;

/** The billed duration of a quiet run. */
const RUN_MS = 150;
const MONTH_MINUTES = 30 * 24 * 60;
const HOURS = 730;
const TRIGGERS = {
  metric: 'metric-filter',
  subscription: 'subscription',
  'log-alarm': 'log-alarm',
  none: 'none',
} as const satisfies Readonly<Record<ServerDeclaration['alarm'], Fleet['trigger']>>;

export function declaredCost(
  declared: readonly ServerDeclaration[],
  reporting: ReportingDeclaration,
): DeclaredCost {
  const servers = declared.map((server) => {
    const parts = partsOf(server);
    return { name: server.name, parts, together: total(parts) };
  });
  const once = reportingCost(reporting);
  return {
    servers,
    reporting: once,
    together: servers.reduce((sum, { together }) => sum + together, total(once)),
    endpoints: endpointsOf(declared),
  };
}

function partsOf(server: ServerDeclaration): ServerParts {
  const { schedule, metrics = 'few', secretArn, pooler, alarm, logGroup, memoryAccess, tracing } = server;
  const runs = runsAMonth(schedule);
  const {
    endpoints: _,
    'once for all': __,
    ...parts
  } = monthlyCost({
    servers: 1,
    everyMinutes: MONTH_MINUTES / runs,
    metrics,
    login: secretArn === undefined ? 'iam' : 'secret',
    trigger: logGroup === undefined ? 'none' : TRIGGERS[alarm],
    endpointZones: 0,
    memoryMb: REMEDIATE_MEMORY_MB,
    runMs: RUN_MS,
  });
  const ofPooler =
    pooler?.secretArn === undefined ? 0 : PRICES.secret.dollars + runs * PRICES.secretCall.dollars;
  return {
    ...parts,
    secrets: parts.secrets + ofPooler,
    memory: memoryAccess === 'none' ? 0 : parts.memory,
    // Both functions are traced for each run.
    traces: tracing === true ? 2 * runs * PRICES.trace.dollars : 0,
  };
}

function reportingCost(reporting: ReportingDeclaration): DeclaredCost['reporting'] {
  const hasOwnTopic = reporting.people === undefined || reporting.chat === 'own';
  const receivers = RECEIVER_KINDS.filter((kind) => reporting[kind] !== undefined).length;
  return {
    'alarms and dashboard': REPORTING_COST,
    'key of the topics': hasOwnTopic ? PRICES.key.dollars : 0,
    'secrets of receivers': receivers * PRICES.secret.dollars,
  };
}

function endpointsOf(declared: readonly ServerDeclaration[]): number {
  const withSecret = declared.filter(({ secretArn, pooler }) => secretArn ?? pooler?.secretArn);
  const zones = new Set(
    withSecret.flatMap(({ vpc: { vpcId, availabilityZones } }) =>
      availabilityZones.map((zone) => `${vpcId} ${zone}`),
    ),
  );
  return zones.size * HOURS * PRICES.endpointHour.dollars;
}
