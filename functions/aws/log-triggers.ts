import {
  CloudWatchLogsClient,
  DeleteMetricFilterCommand,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  PutMetricFilterCommand,
  PutSubscriptionFilterCommand,
  ResourceNotFoundException,
  type SubscriptionFilter,
} from '@aws-sdk/client-cloudwatch-logs';
import { FLEET_METRICS, METRIC_NAMESPACE, REFUSAL_PHRASES } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { OWN_FILTER } from '../core/fleet/trigger-rung.ts';
import type { TriggerPorts } from '../fleet/triggers.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 3;
/** All tries of one call together. */
const WITHIN_MS = 10_000;
/** Any of the texts by which servers say that they refused a client. */
const PATTERN = REFUSAL_PHRASES.map((phrase) => `?"${phrase}"`).join(' ');
const METRIC = {
  metricName: FLEET_METRICS.refusals,
  metricNamespace: METRIC_NAMESPACE,
  metricValue: '1',
} as const;

type Calls = Omit<TriggerPorts, 'readRegistry' | 'writeCell' | 'now' | 'log'>;
/** Our filters on log groups. Each call names ours exactly, so that no filter of others is touched. */
export function logTriggers(destinationArn: string): Calls {
  const client = new CloudWatchLogsClient({ maxAttempts: MAX_ATTEMPTS });
  const ours = (logGroupName: string) => ({ logGroupName, filterName: OWN_FILTER, filterPattern: PATTERN });
  return {
    subscriptionsOf: async (logGroupName) => {
      const command = new DescribeSubscriptionFiltersCommand({ logGroupName });
      const found = await call('DescribeSubscriptionFilters', (options) =>
        unlessMissing(client.send(command, options)),
      );
      return found && (found.subscriptionFilters ?? []).map(toSubscription);
    },
    putSubscription: async (logGroupName) => {
      const command = new PutSubscriptionFilterCommand({ ...ours(logGroupName), destinationArn });
      await call('PutSubscriptionFilter', (options) => client.send(command, options));
    },
    removeSubscription: async (logGroupName) => {
      const command = new DeleteSubscriptionFilterCommand({ logGroupName, filterName: OWN_FILTER });
      await call('DeleteSubscriptionFilter', (options) => unlessMissing(client.send(command, options)));
    },
    putMetricFilter: async (logGroupName) => {
      const command = new PutMetricFilterCommand({ ...ours(logGroupName), metricTransformations: [METRIC] });
      await call('PutMetricFilter', (options) => client.send(command, options));
    },
    removeMetricFilter: async (logGroupName) => {
      const command = new DeleteMetricFilterCommand({ logGroupName, filterName: OWN_FILTER });
      await call('DeleteMetricFilter', (options) => unlessMissing(client.send(command, options)));
    },
  };
}

function toSubscription({ filterName = '', destinationArn = '' }: SubscriptionFilter) {
  return { name: filterName, destination: destinationArn };
}

/** Null where the group or the filter is not there: what is not there needs no removal. */
async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof ResourceNotFoundException) return null;
    throw thrown;
  }
}

async function call<Answer>(
  operation: string,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send({ abortSignal: AbortSignal.timeout(WITHIN_MS) });
  } catch (thrown) {
    const message = `${operation} failed (${sdkFailureText(thrown, WITHIN_MS)}): check that this function's role may do it on the log groups of RDS.`;
    throw new RemediationError('logs-refused', message, { cause: thrown });
  }
}
