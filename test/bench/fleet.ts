import { setTimeout as sleep } from 'node:timers/promises';
import { BUNDLES, HANDLER } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { RESERVED_SLOTS } from '../../functions/core/doctor/role-sql.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { recorded, SECRET } from '../doors/doors.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { type LoopbackLambda, startLoopbackLambda } from '../support/loopback-lambda.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { type Address, listenOnLoopback } from '../support/proxy.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { markdownTable, measuredOf, number } from './measure.ts';

const SERVERS = 10;
const SLOTS = 30;
/** The shortest idle time at which a policy may end a session is 10 s. */
const IDLE_MS = 10_500;
const POLICY = {
  mode: 'enforce',
  relieve: { ladder: [{ state: 'idle', minAge: '10s' }] },
};

type Member = {
  readonly name: string;
  readonly server: TestServer;
  readonly address: Address;
  readonly role: Role;
};
type Healed = {
  readonly name: string;
  readonly outcome: string;
  readonly ended: number;
  readonly ms: number;
};

/**
 * Ten real, full servers and ten functions that start cold on this one machine at the same time. One server accepts
 * connections and never answers. For comparison, one server alone.
 */
export async function benchFleet(): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const servers = await Promise.all(Array.from({ length: SERVERS + 1 }, () => fullServer(stack)));
  const silent = stack.use(await listenOnLoopback(() => {}));
  const members = servers.map(({ server, role }, index): Member => {
    const isSilent = index === SERVERS;
    return { name: `server-${index}`, server, role, address: isSilent ? silent : server };
  });
  const lambda = await deployedOn(stack, members);
  await sleep(IDLE_MS);
  const [first, ...others] = members;
  const alone = first === undefined ? [] : [await heal(lambda, first)];
  const together = await Promise.all(others.map((member) => heal(lambda, member)));
  const reachable = together.slice(0, -1);
  const cut = together.slice(-1);
  return markdownTable([
    ['', 'servers', 'outcome', 'ended', 'invocation to verified, ms', 'slowest'],
    rowOf('one, alone', alone),
    rowOf('at once', reachable),
    rowOf('one among them that never answers', cut),
  ]);
}

function rowOf(what: string, healed: readonly Healed[]): readonly string[] {
  const { median, low, high } = measuredOf(
    what,
    healed.map(({ ms }) => ms),
  );
  const outcomes = [...new Set(healed.map(({ outcome }) => outcome))].join(', ');
  const ended = healed.reduce((sum, each) => sum + each.ended, 0);
  const slowest = Math.max(...healed.map(({ ms }) => ms));
  const time = `${number(median)} (${number(low)}–${number(high)})`;
  return [what, String(healed.length), outcomes, String(ended), time, number(slowest)];
}

async function fullServer(stack: AsyncDisposableStack) {
  const server = stack.use(
    await startServer({
      version: 18,
      settings: { max_connections: SLOTS, reserved_connections: RESERVED_SLOTS },
    }),
  );
  const role = await createLeastPrivilegeRole(server);
  await fillUntilRefused(server, { role: await createRole(server, 'leaking') });
  return { server, role };
}

async function deployedOn(stack: AsyncDisposableStack, members: readonly Member[]): Promise<LoopbackLambda> {
  const secrets = members.map(({ name, role }) => {
    const SecretString = JSON.stringify({ username: role.user, password: role.password });
    return [`${SECRET}/${name}`, { SecretString }] as const;
  });
  const aws = stack.use(await startLoopbackAws({ secrets: Object.fromEntries(secrets) }));
  const functions = members.map(({ name, address }) => {
    const environment = {
      ...aws.environment,
      [REMEDIATE_ENV.server]: name,
      [REMEDIATE_ENV.database]: 'postgres',
      [REMEDIATE_ENV.host]: address.host,
      [REMEDIATE_ENV.port]: String(address.port),
      [REMEDIATE_ENV.secret]: `${SECRET}/${name}`,
      [REMEDIATE_ENV.policy]: JSON.stringify(POLICY),
      [REMEDIATE_ENV.tls]: 'off',
    };
    return [name, { bundle: BUNDLES.remediate, handler: HANDLER, timeoutSeconds: 60, environment }] as const;
  });
  return stack.use(startLoopbackLambda({ functions: Object.fromEntries(functions) }));
}

async function heal(lambda: LoopbackLambda, { name }: Member): Promise<Healed> {
  const invokedAt = Date.now();
  const { response } = await lambda.invokeAsync(name, recorded('metric-alarm'));
  const { outcome, attempts, startedAt, timings } = unpackRecord(response);
  const ms = Date.parse(startedAt) + (timings.verified ?? timings.finished) - invokedAt;
  return { name, outcome, ended: attempts.filter(({ result }) => result === 'terminated').length, ms };
}
