import { readFileSync } from 'node:fs';
import { BUNDLES, HANDLER, REPORT_ENV } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { type LoopbackLambda, startLoopbackLambda } from '../support/loopback-lambda.ts';
import type { Role, TestServer } from '../support/postgres-server.ts';

export const REMEDIATE = 'pg-headroom-orders';
const REPORT = 'pg-headroom-report';
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:people';
export const SECRET = 'pg-headroom/orders';

/** A recorded event, as happened just now. */
export function recorded(name: string): unknown {
  const event = JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8'));
  const now = new Date().toISOString().replace('Z', '+0000');
  if (event.alarmData?.state) event.alarmData.state.timestamp = now;
  if (event.scheduledTime) event.scheduledTime = new Date().toISOString();
  return event;
}

/** Both functions as they are deployed, with loopback services behind them. */
export type Doors = {
  readonly lambda: LoopbackLambda;
  readonly aws: LoopbackAws;
  /** What the functions wrote and what was published, for looking for secrets. */
  readonly everythingSaid: () => string;
};

type Options = {
  readonly server: Pick<TestServer, 'host' | 'port'>;
  readonly role: Role;
  /** Replaces variables; undefined takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Added to that of `report`. */
  readonly reportEnvironment?: Readonly<Record<string, string>>;
  readonly secret?: string;
  readonly timeoutSeconds?: number;
  /** In place of the one that was built. */
  readonly bundle?: string;
  /** Runs of `remediate` at a time; any number by default. */
  readonly reservedConcurrency?: number;
};

export async function openDoors(stack: AsyncDisposableStack, options: Options): Promise<Doors> {
  const { server, role, environment = {}, timeoutSeconds = 30, reservedConcurrency } = options;
  const secret = options.secret ?? JSON.stringify({ username: role.user, password: role.password });
  const aws = stack.use(await startLoopbackAws({ secrets: { [SECRET]: { SecretString: secret } } }));
  const variables = {
    ...aws.environment,
    [REMEDIATE_ENV.server]: 'orders',
    [REMEDIATE_ENV.host]: server.host,
    [REMEDIATE_ENV.port]: String(server.port),
    [REMEDIATE_ENV.database]: 'postgres',
    [REMEDIATE_ENV.secret]: SECRET,
    [REMEDIATE_ENV.policy]: JSON.stringify({ mode: 'enforce' }),
    [REMEDIATE_ENV.tls]: 'off',
    ...environment,
  };
  const given = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const lambda = stack.use(
    startLoopbackLambda({
      functions: {
        [REMEDIATE]: {
          bundle: options.bundle ?? BUNDLES.remediate,
          handler: HANDLER,
          timeoutSeconds,
          onSuccess: REPORT,
          onFailure: REPORT,
          maximumEventAgeSeconds: 60,
          ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
          environment: Object.fromEntries(given),
        },
        [REPORT]: {
          bundle: BUNDLES.report,
          handler: HANDLER,
          timeoutSeconds: 30,
          // What a storm's events come to, dropped ones as well, would start a process each.
          reservedConcurrency: 3,
          environment: { ...aws.environment, [REPORT_ENV.topic]: TOPIC, ...options.reportEnvironment },
        },
      },
    }),
  );
  const everythingSaid = () =>
    JSON.stringify([
      lambda.logs,
      lambda.invocations.map(({ response, error }) => [response, error]),
      aws.published,
    ]);
  return { lambda, aws, everythingSaid };
}
