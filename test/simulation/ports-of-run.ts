import type { ErrorCode } from '../../functions/core/base/errors.ts';
import { CELL_KEYS, policyItemKey } from '../../functions/core/fleet/cell-items.ts';
import type { FleetRunPorts } from '../../functions/fleet/fleet-run-ports.ts';
import type { KnownServer, knownDatabases } from '../../functions/fleet/known-databases.ts';
import type { ResolvedRun } from '../../functions/fleet/resolve-run.ts';
import type { KnownSlots } from '../../functions/postgres/connection/known-slots.ts';
import type { Connection, RemediatePorts } from '../../functions/remediate/ports.ts';
import type { SimulatedDatabase } from './simulated-estate.ts';
import { iamAllows } from './simulated-iam.ts';
import type { Alive, Life } from './simulated-lambda.ts';
import {
  advance,
  closeLogin,
  type Ended,
  isAsleep,
  type Login,
  sessionOn,
  usedSlots,
} from './simulated-server.ts';
import type { Stage } from './stage.ts';
import { between } from './weather.ts';

const TRY = { attempts: 1, refusals: [] } as const;

/** What a run of a simulated cell sees: the tables, and the server that its address leads to. */
export function portsOfRun(
  stage: Stage,
  life: Life,
  known: ReturnType<typeof knownDatabases>,
  alive: Alive,
): FleetRunPorts {
  const { time, tables, weather, send, journal } = stage;
  const now = () => time.now() + weather.skewMs('remediate');
  return {
    readRun: async (key, policy) => {
      const keys = [key, CELL_KEYS.switch, policyItemKey(policy)];
      const { rows, memory } = await tables.readRun(keys, key).catch((error: unknown) => {
        journal.unread.push({ key, at: time.now() });
        throw error;
      });
      const row = (name: string) => rows.find((each) => each.key === name) ?? null;
      return {
        database: row(key),
        switches: row(CELL_KEYS.switch),
        policy: row(policyItemKey(policy)),
        memory,
      };
    },
    readPolicy: async (name) => (await tables.readItems([policyItemKey(name)]))[0] ?? null,
    portsOf: (run) => alive(serverPortsOf(stage, { life, alive }, run, known(run.database.key), now)),
    post: async ({ key, run, result, facts }) => {
      const destination = { kind: 'record', functionName: null, requestId: run, payload: result } as const;
      const delivery = { key, runId: run, facts, destination, functionArn: null };
      await tables.postParcel(key, () => send.report(delivery));
    },
    now,
    log: () => {},
  };
}

type Invocation = { readonly life: Life; readonly alive: Alive };

function serverPortsOf(
  stage: Stage,
  invocation: Invocation,
  run: ResolvedRun,
  { tries, slots }: KnownServer,
  now: () => number,
): RemediatePorts {
  const { paused, ownTries } = run.memory;
  return {
    ownRole: async () => run.role,
    connect: (deadline) => connectTo(stage, invocation, run, slots, deadline - (now() - stage.time.now())),
    recall: async () => ({ kind: 'read', table: 'memory', paused, ownTries: [...ownTries] }),
    tries,
    readPooler: async () => null,
    now,
    sleep: stage.time.sleep,
    log: () => {},
  };
}

/** A server without room lets us in when a client leaves. */
const FULL_MS = [500, 6_000] as const;
const REFUSED_MS = [5, 50] as const;
/** A server that pauses lets nobody in before it is awake. */
const AWAKE_MS = [8_000, 20_000] as const;

async function connectTo(
  stage: Stage,
  invocation: Invocation,
  run: ResolvedRun,
  slots: KnownSlots,
  deadline: number,
): Promise<Connection> {
  const { time, estate, weather, journal, seed } = stage;
  const { key, host } = run.database;
  const begun = time.now();
  const wait = (range: readonly [number, number], what: string) =>
    time.sleep(between(seed, ...range, what, key, begun));
  const failed = (code: ErrorCode): Connection => ({ problem: { code, message: 'No.' }, connecting: TRY });
  const by = { run: invocation.life.requestId, role: run.role };
  const note = (isIn: boolean) => journal.logins.push({ key, at: begun, ...by, isIn });
  const found = estate.behind(host);
  const trouble = weather.isAway('network', begun)
    ? 'hangs-at-connect'
    : (found?.server.trouble ?? 'refuses');
  if (trouble === 'refuses' || found === null) {
    note(false);
    await wait(REFUSED_MS, 'refused');
    return failed('connect-unreachable');
  }
  if (trouble === 'hangs-at-connect' || trouble === 'hangs-at-login') {
    note(false);
    await time.sleep(deadline - begun);
    return failed('connect-unreachable');
  }
  const { server } = found;
  await wait([15, 90], 'login');
  if (isAsleep(server, time.now())) await wait(AWAKE_MS, 'awake');
  advance(server, time.now());
  const isIn = iamAllows(found, run.role, time.now() - weather.iamDelayMs(found.key));
  note(isIn);
  if (!isIn) return failed('connect-authentication');
  if (usedSlots(server) >= server.usable) await wait(FULL_MS, 'full');
  return enter(stage, invocation, run, slots, found);
}

function enter(
  stage: Stage,
  { life, alive }: Invocation,
  run: ResolvedRun,
  slots: KnownSlots,
  found: SimulatedDatabase,
): Connection {
  const { key: endedOn, server } = found;
  const { time, journal } = stage;
  const { database, role } = run;
  const login: Login = { role, openedAt: time.now(), epoch: server.epoch, need: null };
  life.onKilled(() => closeLogin(server, login));
  const onEnded = ({ holdsLock, sessions }: Ended) => {
    journal.endings.push({
      ...{ key: database.key, endedOn, at: time.now(), run: life.requestId, role, holdsLock, sessions },
      ...{ need: login.need ?? 0, loggedInAt: login.openedAt },
    });
  };
  const session = sessionOn(server, login, time, onEnded, slots);
  return { database: alive(session, 'server'), connecting: TRY };
}
