import type { IncomingMessage } from 'node:http';
import { startLoopbackServer } from './loopback-server.ts';
import { signatureProblem } from './request-signature.ts';

type Subscription = { readonly filterName: string; readonly destinationArn: string };

/** RDS, SSM, CloudWatch Logs and EventBridge on 127.0.0.1, as far as a fleet calls them. */
export type LoopbackFleetApis = AsyncDisposable & {
  /** Points our calls here, in this process or in another. */
  readonly environment: Readonly<Record<string, string>>;
  /** Elements of `DBInstance` and `DBCluster`, in XML. */
  readonly instances: string[];
  readonly clusters: string[];
  /** Parameters by their whole name. */
  readonly parameters: Map<string, string>;
  /** Log groups with their subscriptions, and whether they have our metric filter. */
  readonly groups: Map<string, Subscription[]>;
  readonly metricFilters: Map<string, object>;
  /** Events on the bus. */
  readonly events: object[];
  /** Operations that were asked for, in order. */
  readonly calls: string[];
  /** The next calls are throttled, so many of them. */
  readonly throttle: (count: number) => void;
  readonly deny: (isDenied: boolean) => void;
};

/** The bus that answers each entry with an error. */
export const FULL_BUS = 'arn of a full bus';

class Refusal extends Error {}

export async function startLoopbackFleetApis(): Promise<LoopbackFleetApis> {
  const [instances, clusters, events, calls]: [string[], string[], object[], string[]] = [[], [], [], []];
  const parameters = new Map<string, string>();
  const groups = new Map<string, Subscription[]>();
  const metricFilters = new Map<string, object>();
  let [throttled, isDenied] = [0, false];

  const inRds = (body: string): string => {
    const form = new URLSearchParams(body);
    const action = form.get('Action') ?? '';
    calls.push(action);
    const [list, name] =
      action === 'DescribeDBInstances' ? [instances, 'DBInstance'] : [clusters, 'DBCluster'];
    const from = Number(form.get('Marker') ?? 0);
    const to = from + Number(form.get('MaxRecords'));
    const marker = to < list.length ? `<Marker>${to}</Marker>` : '';
    const items = list.slice(from, to).map((each) => `<${name}>${each}</${name}>`);
    return `<?xml version="1.0"?>\n<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><${action}Result><${name}s>${items.join('\n')}</${name}s>${marker}</${action}Result></${action}Response>`;
  };
  const inJson = (operation: string, input: Readonly<Record<string, unknown>>): object => {
    calls.push(operation);
    const { logGroupName, filterName, destinationArn } = input;
    const group = String(logGroupName);
    if (operation.includes('Filter') && !groups.has(group)) throw new Refusal('ResourceNotFoundException');
    const found = groups.get(group) ?? [];
    const others = found.filter((each) => each.filterName !== filterName);
    switch (operation) {
      case 'GetParametersByPath': {
        const names = [...parameters.keys()].filter((name) => name.startsWith(`${input.Path}/`)).toSorted();
        const from = Number(input.NextToken ?? 0);
        const to = from + Number(input.MaxResults ?? 10);
        const Parameters = names.slice(from, to).map((Name) => ({ Name, Value: parameters.get(Name) }));
        return { Parameters, ...(to < names.length && { NextToken: String(to) }) };
      }
      case 'DescribeSubscriptionFilters':
        return { subscriptionFilters: found };
      case 'PutSubscriptionFilter':
        if (others.length >= 2) throw new Refusal('LimitExceededException');
        groups.set(group, [
          ...others,
          { filterName: String(filterName), destinationArn: String(destinationArn) },
        ]);
        return {};
      case 'DeleteSubscriptionFilter':
        if (others.length === found.length) throw new Refusal('ResourceNotFoundException');
        groups.set(group, others);
        return {};
      case 'PutMetricFilter':
        metricFilters.set(group, input);
        return {};
      case 'DeleteMetricFilter':
        if (!metricFilters.delete(group)) throw new Refusal('ResourceNotFoundException');
        return {};
      case 'PutEvents':
        return putEvents(input.Entries as readonly { readonly EventBusName: string }[], events);
      default:
        throw new Refusal('UnknownOperationException');
    }
  };
  const server = await startLoopbackServer((request, body, response) => {
    const target = request.headers['x-amz-target'];
    const isXml = target === undefined;
    const problem = signatureProblem(request, body, serviceOf(request));
    const refuse = (status: number, code: string, message: string) =>
      response
        .writeHead(status)
        .end(
          isXml
            ? `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`
            : JSON.stringify({ __type: `com.amazonaws#${code}`, message }),
        );
    const send = () => {
      const operation = String(target).replace(/^.*\./, '');
      const answer = isXml ? inRds(body) : JSON.stringify(inJson(operation, JSON.parse(body)));
      response.writeHead(200).end(answer);
    };
    try {
      if (problem !== null) refuse(403, 'SignatureDoesNotMatch', problem);
      else if (isDenied) refuse(403, 'AccessDenied', 'not authorized');
      else if (throttled-- > 0) refuse(400, 'ThrottlingException', 'Rate exceeded');
      else send();
    } catch (thrown) {
      refuse(400, thrown instanceof Refusal ? thrown.message : 'InternalFailure', String(thrown));
    }
  });
  const url = `http://${server.address}`;
  const services = ['RDS', 'SSM', 'CLOUDWATCH_LOGS', 'EVENTBRIDGE'];
  return {
    environment: Object.fromEntries(services.map((name) => [`AWS_ENDPOINT_URL_${name}`, url])),
    ...{ instances, clusters, parameters, groups, metricFilters, events, calls },
    throttle: (count) => {
      throttled = count;
    },
    deny: (denied) => {
      isDenied = denied;
    },
    [Symbol.asyncDispose]: server.close,
  };
}

/** The call succeeds where entries do not: each has its own answer. */
function putEvents(entries: readonly { readonly EventBusName: string }[], events: object[]): object {
  const taken = entries.filter(({ EventBusName }) => EventBusName !== FULL_BUS);
  events.push(...taken);
  const Entries = entries.map((entry) =>
    taken.includes(entry)
      ? { EventId: 'event' }
      : { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' },
  );
  return { FailedEntryCount: entries.length - taken.length, Entries };
}

const SERVICES = { AmazonSSM: 'ssm', Logs_20140328: 'logs', AWSEvents: 'events' } as const;

function serviceOf({ headers }: IncomingMessage): string {
  const [prefix = ''] = String(headers['x-amz-target'] ?? '').split('.');
  return SERVICES[prefix as keyof typeof SERVICES] ?? 'rds';
}
