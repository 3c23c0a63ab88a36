import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BUNDLES,
  HANDLER,
  REMEDIATE_TIMEOUT_SECONDS,
  REPORT_ENV,
  REPORT_TIMEOUT_SECONDS,
} from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { type LoopbackLambda, startLoopbackLambda } from '../support/loopback-lambda.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { ClientProcess } from './client-process.ts';

export const SERVER = 'shop';
export const REMEDIATE = `pg-headroom-${SERVER}`;
export const REPORT = 'pg-headroom-report';
const SECRET = `pg-headroom/${SERVER}`;
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:pg-headroom-people';

/** As deployed, but for the ages: the demo has no hour to wait. */
export const POLICY = {
  mode: 'enforce',
  relieve: {
    when: { usedPercent: 95 },
    until: { usedPercent: 80 },
    ladder: [{ state: 'idle', minAge: '10s' }],
  },
} as const;

const BUCKET = 'pg-headroom-records';

/** The bar reads these lines: a look at the server itself would take a slot. */
export const LOGGED = { log_connections: 'on', log_disconnections: 'on' } as const;

/** Loopback stand-ins for the AWS services, with the two functions in them. */
export type Deployed = {
  readonly aws: LoopbackAws;
  /** Where the records and pages of runs are kept. */
  readonly s3: LoopbackS3;
  readonly lambda: LoopbackLambda;
};

export type Stage = Deployed & {
  readonly server: TestServer;
  readonly ours: Role;
  /** What the applications connect as. */
  readonly roles: { readonly billing: Role; readonly shop: Role };
};

/** A real server with TLS, SCRAM and two kinds of reserved slots, and the functions deployed for it. */
export async function setStage(stack: AsyncDisposableStack, policy: object): Promise<Stage> {
  const { ca, server: tls } = await selfSignedCertificates();
  const settings = {
    max_connections: 60,
    superuser_reserved_connections: 3,
    reserved_connections: 3,
    ...LOGGED,
  };
  const server = stack.use(await startServer({ version: 18, settings, tls }));
  const ours = await createLeastPrivilegeRole(server);
  const roles = { billing: await createRole(server, 'billing'), shop: await createRole(server, 'shop') };
  await server.query(
    'CREATE TABLE public.invoices AS SELECT random() * 100 AS amount, false AS paid FROM generate_series(1, 1000)',
  );
  await server.query('GRANT SELECT ON public.invoices TO billing, shop');
  return { server, ours, roles, ...(await deploy(stack, { server, ours, policy, ca })) };
}

type Deployment = {
  readonly server: TestServer;
  readonly ours: Role;
  readonly policy: object;
  /** The authority of the server's certificate, PEM. */
  readonly ca: string;
};

export async function deploy(stack: AsyncDisposableStack, deployment: Deployment): Promise<Deployed> {
  const { server, ours } = deployment;
  const caFile = join(server.folder, 'ca.pem');
  await writeFile(caFile, deployment.ca);
  const secret = {
    username: ours.user,
    password: ours.password,
    engine: 'postgres',
    host: server.host,
    port: server.port,
  };
  const aws = stack.use(
    await startLoopbackAws({ secrets: { [SECRET]: { SecretString: JSON.stringify(secret) } } }),
  );
  const s3 = stack.use(await startLoopbackS3([BUCKET]));
  const functions = functionsFor(deployment, caFile, aws, s3);
  return { aws, s3, lambda: stack.use(startLoopbackLambda({ functions })) };
}

function functionsFor({ server, policy }: Deployment, caFile: string, aws: LoopbackAws, s3: LoopbackS3) {
  return {
    [REMEDIATE]: {
      bundle: BUNDLES.remediate,
      handler: HANDLER,
      timeoutSeconds: REMEDIATE_TIMEOUT_SECONDS,
      onSuccess: REPORT,
      onFailure: REPORT,
      maximumEventAgeSeconds: 60,
      environment: {
        ...aws.environment,
        [REMEDIATE_ENV.server]: SERVER,
        [REMEDIATE_ENV.host]: server.host,
        [REMEDIATE_ENV.port]: String(server.port),
        [REMEDIATE_ENV.database]: 'postgres',
        [REMEDIATE_ENV.secret]: SECRET,
        [REMEDIATE_ENV.policy]: JSON.stringify(policy),
        [REMEDIATE_ENV.caFile]: caFile,
      },
    },
    [REPORT]: {
      bundle: BUNDLES.report,
      handler: HANDLER,
      timeoutSeconds: REPORT_TIMEOUT_SECONDS,
      environment: {
        ...s3.environment,
        ...aws.environment,
        [REPORT_ENV.topic]: TOPIC,
        [REPORT_ENV.bucket]: BUCKET,
      },
    },
  };
}

/** Starts a client application in a process of its own. */
export function startClient(
  stack: AsyncDisposableStack,
  name: string,
  { server, roles }: Stage,
  role: keyof Stage['roles'] = 'shop',
): ClientProcess {
  return stack.use(new ClientProcess(name, server.config(roles[role])));
}
