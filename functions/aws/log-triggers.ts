import { FLEET_METRICS, METRIC_NAMESPACE, REFUSAL_PHRASES } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { OWN_FILTER } from '../core/fleet/trigger-rung.ts';
import type { TriggerPorts } from '../fleet/triggers.ts';
import { sdkFailureText } from './sdk-failure.ts';
import { jsonCall, ServiceRefusal, type SignedService } from './signed-call.ts';

const LOGS: SignedService = { name: 'logs', variable: 'CLOUDWATCH_LOGS' };
const TARGET = 'Logs_20140328';
const WITHIN_MS = 10_000;
const NOT_FOUND = 'ResourceNotFoundException';
/** Any of the texts by which servers say that they refused a client. */
const PATTERN = REFUSAL_PHRASES.map((phrase) => `?"${phrase}"`).join(' ');

type Calls = Omit<TriggerPorts, 'readRegistry' | 'writeCell' | 'now' | 'log'>;

/** Our filters on log groups. Each call names ours exactly, so that no filter of others is touched. */
export function logTriggers(destinationArn: string): Calls {
  const ours = (logGroupName: string) => ({ logGroupName, filterName: OWN_FILTER });
  return {
    subscriptionsOf,
    putSubscription: async (logGroupName) => {
      await call('PutSubscriptionFilter', { ...ours(logGroupName), filterPattern: PATTERN, destinationArn });
    },
    removeSubscription: (logGroupName) => remove('DeleteSubscriptionFilter', ours(logGroupName)),
    putMetricFilter: async (logGroupName) => {
      const metric = {
        metricName: FLEET_METRICS.refusals,
        metricNamespace: METRIC_NAMESPACE,
        metricValue: '1',
      };
      const filter = { ...ours(logGroupName), filterPattern: PATTERN, metricTransformations: [metric] };
      await call('PutMetricFilter', filter);
    },
    removeMetricFilter: (logGroupName) => remove('DeleteMetricFilter', ours(logGroupName)),
  };
}

async function subscriptionsOf(logGroupName: string): ReturnType<Calls['subscriptionsOf']> {
  try {
    const { subscriptionFilters } = await call('DescribeSubscriptionFilters', { logGroupName });
    const found = Array.isArray(subscriptionFilters) ? subscriptionFilters : [];
    return found.map((each) => ({
      name: String(each?.filterName ?? ''),
      destination: String(each?.destinationArn ?? ''),
    }));
  } catch (thrown) {
    if (isNotFound(thrown)) return null;
    throw thrown;
  }
}

/** What is not there needs no removal. */
async function remove(operation: string, filter: object): Promise<void> {
  try {
    await call(operation, filter);
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
  }
}

function isNotFound(thrown: unknown): boolean {
  const { cause } = thrown instanceof RemediationError ? thrown : { cause: null };
  return cause instanceof ServiceRefusal && cause.code === NOT_FOUND;
}

async function call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await jsonCall(LOGS, `${TARGET}.${operation}`, input, WITHIN_MS);
  } catch (thrown) {
    const message = `${operation} failed (${sdkFailureText(thrown)}): check that this function's role may do it on the log groups of RDS.`;
    throw new RemediationError('logs-refused', message, { cause: thrown });
  }
}
