import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../../functions/core/server/session.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import type { Role, TestServer } from '../support/postgres-server.ts';
import { briskPorts, untilLockIsTaken, withDatabase } from '../support/runs.ts';
import { expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openIdle } from '../support/sessions.ts';
import { startStandby } from '../support/standby.ts';
import { waitUntil } from '../support/wait-until.ts';
import { proveRows, type Scenario } from './prove-rows.ts';
import { ACTING } from './rows/acting.ts';
import {
  type Change,
  ENFORCE_TWO_WINDOWS,
  LOCK_KEY,
  proofOf,
  Stage,
  settingsFor,
  TWO_WINDOWS,
} from './stage.ts';
import { type Moment, strikeAt } from './strike.ts';

/** Time for the strike on a busy machine too: a run that cannot get in again uses all of it. */
const SHORT_MS = 40_000;
const policy = ENFORCE_TWO_WINDOWS;
const SETTINGS = settingsFor(TWO_WINDOWS.usable, 18);

/** Something happens to a full server at one moment of a run. */
function striking(moment: Moment, strike: (stage: Stage) => Promise<unknown>): Scenario {
  return async (stage) => {
    await stage.fill();
    return stage.run({ policy, change: strikeAt(moment, () => strike(stage)) });
  };
}

/** A server of its own that the strike ends, with all its sessions: those that the run ended are counted before it. */
function losing(moment: Moment, strike: (stage: Stage) => Promise<unknown>): Scenario {
  return async (stage, { ends }) => {
    const doomed = stage.use(await Stage.start({ ...TWO_WINDOWS, version: stage.server.version }));
    await doomed.fill();
    const before = await doomed.sessions();
    let ended: readonly string[] = [];
    const change = strikeAt(moment, async () => {
      ended = await doomed.endedSince(before, ends);
      await strike(doomed);
    });
    const record = await doomed.remediate({ policy, change, deadlineMs: SHORT_MS });
    return proofOf(record, async () => ended);
  };
}

const die = (stage: Stage) => stage.server.stop();

/** Resolves when our side has heard of it. */
async function endOurs(stage: Stage): Promise<void> {
  const ours = "pg_stat_activity WHERE application_name = 'pg-headroom'";
  await stage.query(`SELECT pg_terminate_backend(pid) FROM ${ours}`);
  await waitUntil(async () => (await stage.query(`SELECT FROM ${ours}`)).rowCount === 0, {
    what: 'our session was gone',
  });
  await sleep(50);
}

/** Whoever connects a second time gets to another server. */
function movedTo(server: TestServer, role: Role): Change {
  return (ports) => {
    let { connect } = ports;
    const next = (deadline: number) => {
      const now = connect;
      connect = briskPorts(server, role).connect;
      return now(deadline);
    };
    return { ...ports, connect: next };
  };
}

/** Two runs at the same moment: both are in before either goes on. The one that ends sessions comes first. */
async function runTwice(stage: Stage) {
  await stage.fill();
  const before = await stage.sessions();
  const bothIn = Promise.withResolvers<void>();
  let inside = 0;
  const change: Change = (ports) =>
    withDatabase(ports, (database) => ({
      ...database,
      tryLock: async () => {
        inside += 1;
        if (inside === 2) bothIn.resolve();
        await bothIn.promise;
        return database.tryLock();
      },
    }));
  const run = () => stage.remediate({ policy, change });
  const [one, other] = await Promise.all([run(), run()]);
  const [first, second] = one.attempts.length > 0 ? [one, other] : [other, one];
  return { first, second, ended: (expected: number) => stage.endedSince(before, expected) };
}

proveRows(
  ACTING,
  {
    locked: async (stage) => {
      await stage.fill();
      const holder = await stage.server.connect(stage.headroom);
      await holder.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
      stage.afterwards(() => holder.end());
      return stage.run({ policy, change: untilLockIsTaken });
    },
    lockedByStranger: async (stage) => {
      const stranger = await stage.server.connect(stage.app, { application_name: 'pg-headroom' });
      stage.afterwards(() => stranger.end());
      await stranger.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
      await stranger.query('SELECT pg_advisory_lock($1, key) FROM generate_series(1, 500) key', [LOCK_KEY]);
      await stage.fill();
      return stage.run({ policy });
    },
    twiceFirst: async (stage) => {
      const { first, ended } = await runTwice(stage);
      return proofOf(first, ended);
    },
    twiceSecond: async (stage) => {
      const { first, second, ended } = await runTwice(stage);
      const byFirst = new Set(first.attempts.map(identityOf));
      const others = (await ended(byFirst.size)).filter((identity) => !byFirst.has(identity));
      return proofOf(second, async () => others);
    },
    diesBeforeLooking: losing('before looking', die),
    readTimesOut: async (stage) => {
      await stage.fill();
      const somebody = await stage.server.connect();
      const lock = strikeAt('before looking', async () => {
        await somebody.query('BEGIN');
        await somebody.query('LOCK TABLE pg_catalog.pg_authid');
      });
      const release: Change = (ports) =>
        withDatabase(ports, (database) => ({
          ...database,
          close: async () => {
            await database.close();
            await somebody.query('ROLLBACK');
          },
        }));
      return stage.run({ policy, change: (ports) => lock(release(ports)) });
    },
    // What was read by then is everything but who holds advisory locks.
    cutLooking: async (stage) => {
      await stage.fill();
      const target = stage.use(await startCuttingProxy(stage.server));
      const change = strikeAt('before looking', async () => target.cutAfter(3, 'statements'));
      return stage.run({ policy, target, change });
    },
    diesBeforeActing: losing('before terminating', die),
    diesBetween: losing('between the windows', die),
    diesBeforeVerifying: losing('before verifying', die),
    restarts: losing('between the windows', (stage) => stage.server.restart()),
    failsOver: async (stage) => {
      const replica = stage.use(await startStandby(stage.server, SETTINGS));
      const onReplica = await openIdle(replica, { role: stage.app });
      await stage.fill();
      const lost = strikeAt('between the windows', () => endOurs(stage));
      const proof = await stage.run({
        policy,
        change: (ports) => lost(movedTo(replica, stage.headroom)(ports)),
      });
      await expectAlive(replica, [onReplica]);
      await expectNothingLeft(replica);
      return proof;
    },
    endedBeforeLooking: striking('before looking', endOurs),
    endedBetween: striking('between the windows', endOurs),
    endedBeforeVerifying: striking('before verifying', endOurs),
    cut: async (stage) => {
      await stage.fill();
      const target = stage.use(await startCuttingProxy(stage.server));
      const cut = strikeAt('before terminating', async () => target.cutAfter(20, 'rows'));
      // Whoever comes again finds it mended.
      const mended: Change = (ports) => ({
        ...ports,
        connect: (deadline) => {
          target.cutAfter(Number.POSITIVE_INFINITY, 'rows');
          return ports.connect(deadline);
        },
      });
      return stage.run({ policy, target, change: (ports) => cut(mended(ports)) });
    },
  },
  TWO_WINDOWS,
);
