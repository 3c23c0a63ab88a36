import { RemediationError } from '../../functions/core/base/errors.ts';
import type { DispatchPorts } from '../../functions/fleet/dispatch-ports.ts';
import type { IntakePorts } from '../../functions/fleet/intake.ts';
import type { TriggerPorts } from '../../functions/fleet/triggers.ts';
import { REMEDIATE_ARN, VPC } from '../support/fleet.ts';
import type { Stage } from './stage.ts';

const PARAMETERS = {
  networks: [{ vpc: VPC, function: REMEDIATE_ARN, reaches: [], concurrency: null }],
  declared: [],
};
let owners = 0;

/** What the functions without a network see of a simulated cell. */
export function portsOfDispatch(stage: Stage): DispatchPorts {
  const { time, estate, weather, tables, journal, hub, send } = stage;
  const now = () => time.now() + weather.skewMs('dispatch');
  const reachApi = async () => {
    await time.sleep(weather.apiMs(time.now()));
    if (weather.isAway('api', time.now()))
      throw new RemediationError('api-refused', 'The API of RDS is away.');
  };
  return {
    takeClaim: tables.takeClaim(now),
    readRegistry: tables.readAll,
    readAttention: tables.readAttention,
    describe: async () => {
      await reachApi();
      const { instances, clusters } = estate.viewAt(time.now() - weather.apiAgeMs(time.now()));
      const isShown = ({ resource }: { readonly resource: string }) =>
        !weather.isBetweenPages(`${VPC}#${resource}`, time.now());
      return { instances: instances.every(isShown) ? instances : instances.filter(isShown), clusters };
    },
    readParameters: async () => {
      if (weather.isAway('api', time.now())) throw new RemediationError('api-refused', 'SSM is away.');
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

function readHubOf({ time, weather }: Stage, hub: ReadonlyMap<string, string>): DispatchPorts['readHub'] {
  return async (name, etag) => {
    if (weather.isAway('hub', time.now())) throw new RemediationError('hub-away', 'The bucket is away.');
    const text = hub.get(name);
    if (text === undefined) return { kind: 'missing' };
    return text === etag ? { kind: 'same' } : { kind: 'text', text, etag: text };
  };
}

export function portsOfIntake({ time, weather, tables, send }: Stage): IntakePorts {
  const now = () => time.now() + weather.skewMs('intake');
  return {
    readRegistry: tables.readAll,
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
