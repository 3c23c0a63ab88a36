import { RemediationError } from '../../functions/core/base/errors.ts';
import type { RdsInstance, RdsView } from '../../functions/core/fleet/rds-view.ts';
import type { DispatchPorts, ReadRegistry } from '../../functions/fleet/dispatch-ports.ts';
import type { IntakePorts } from '../../functions/fleet/intake.ts';
import { REGISTRY_HOLDS_MS, recentRegistry } from '../../functions/fleet/recent-registry.ts';
import type { TriggerPorts } from '../../functions/fleet/triggers.ts';
import { REMEDIATE_ARN, VPC } from '../support/fleet.ts';
import { readHubOf } from './simulated-hub.ts';
import type { Stage } from './stage.ts';

const PARAMETERS = {
  networks: [{ vpc: VPC, function: REMEDIATE_ARN, reaches: [], concurrency: null }],
  declared: [],
};
let owners = 0;

function reachApi({ time, weather }: Stage): void {
  if (weather.isAway('api', time.now())) throw new RemediationError('api-refused', 'The API is away.');
  if (weather.throttles('api', '', time.now()))
    throw new RemediationError('api-refused', 'ThrottlingException');
}

/** Both lists are read page after page, each by its marker. What is renamed meanwhile is on two pages or on none. */
async function describeIn(stage: Stage): Promise<RdsView> {
  const { time, weather, journal } = stage;
  await time.sleep(weather.apiMs(time.now()));
  const [instances, clusters] = await Promise.all([
    readPages(stage, ({ instances: all }) => all),
    readPages(stage, ({ clusters: all }) => all),
  ]);
  const keyOf = ({ resource }: RdsInstance) => `${VPC}#${resource}`;
  const isMissed = (instance: RdsInstance) => weather.isBetweenPages(keyOf(instance), time.now());
  const missed = new Set(instances.filter(isMissed));
  for (const each of missed) journal.missed.push({ key: keyOf(each), at: time.now() });
  return {
    instances: missed.size === 0 ? instances : instances.filter((each) => !missed.has(each)),
    clusters,
  };
}

/** The API shows at most so many databases in so many pages. A large cell has larger ones. */
const MOST_PAGES = 12;

async function readPages<Shown extends { readonly name: string }>(
  stage: Stage,
  listOf: (view: RdsView) => readonly Shown[],
): Promise<readonly Shown[]> {
  const { time, weather, estate } = stage;
  const size = Math.max(weather.pageSize, Math.ceil(estate.databases.size / MOST_PAGES));
  const found: Shown[] = [];
  for (;;) {
    reachApi(stage);
    const marker = found.at(-1)?.name ?? '';
    const shown = listOf(estate.viewAt(time.now() - weather.apiAgeMs(time.now())));
    const page = shown.filter(({ name }) => name > marker).slice(0, size);
    found.push(...page);
    if (page.length < size) return found;
    await time.sleep(weather.pageMs);
  }
}

/** What the functions without a network see of a simulated cell. */
export function portsOfDispatch(stage: Stage): DispatchPorts {
  const { time, weather, tables, journal, hub, send } = stage;
  const now = () => time.now() + weather.skewMs('dispatch');
  const throttled = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    if (weather.throttles('dispatch', '', time.now()))
      throw new RemediationError('registry-unreadable', 'ProvisionedThroughputExceededException');
    return read();
  };
  return {
    takeClaim: tables.takeClaim(now),
    readRegistry: () => throttled(tables.readAll),
    readAttention: tables.readAttention,
    describe: () => describeIn(stage),
    readParameters: async () => {
      reachApi(stage);
      return PARAMETERS;
    },
    writeDatabase: tables.writeDatabase,
    writeCell: tables.writeCell,
    readHub: hub === null ? null : readHubOf(stage, hub),
    invokeRun: async (_function, event) => send.remediate(event),
    invokeTriggers: async () => send.triggers(),
    tell: async (sent) => {
      if (weather.isAway('topic', time.now())) throw new RemediationError('invocation-refused', 'No answer.');
      send.news(sent);
    },
    summarise: async (week) => {
      if (weather.isAway('topic', time.now())) throw new RemediationError('invocation-refused', 'No answer.');
      journal.summaries.push({ at: time.now(), week });
    },
    measure: () => {},
    newOwner,
    now,
    sleep: time.sleep,
    log: (event) => {
      if (event === 'item-unreadable') journal.violations.push('an item of the registry cannot be read');
    },
  };
}

function newOwner(): string {
  owners += 1;
  return `owner ${owners}`;
}

const RECENT = new WeakMap<Stage, ReadRegistry>();

/** What a warm `intake` has read: it may be old, whatever the table says. */
function recentOf(stage: Stage): ReadRegistry {
  const { tables, time } = stage;
  const found = RECENT.get(stage) ?? recentRegistry(tables.readAll, REGISTRY_HOLDS_MS, time.now);
  RECENT.set(stage, found);
  return found;
}

export function portsOfIntake(stage: Stage): IntakePorts {
  const { time, weather, tables, send } = stage;
  const now = () => time.now() + weather.skewMs('intake');
  return {
    readRegistry: recentOf(stage),
    takeClaim: tables.takeClaim(now),
    invokeRun: async (_function, event) => send.remediate(event),
    newOwner,
    now,
    log: () => {},
  };
}

export function portsOfTriggers({ time, weather, tables, logs }: Stage): TriggerPorts {
  const { subscriptionsOf, putSubscription, removeSubscription, putMetricFilter, removeMetricFilter } = logs;
  return {
    readRegistry: tables.readAll,
    writeCell: tables.writeCell,
    ...{ subscriptionsOf, putSubscription, removeSubscription, putMetricFilter, removeMetricFilter },
    now: () => time.now() + weather.skewMs('triggers'),
    log: () => {},
  };
}
