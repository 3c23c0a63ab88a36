import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { ownTriesOf } from '../../functions/core/run/own-tries.ts';
import { parseLogLines } from '../../functions/events/parse-log-lines.ts';
import { anAlarm } from '../support/builders.ts';
import { logDocument } from '../support/events.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { interruptWindow } from '../support/interrupted-window.ts';
import { createRole } from '../support/roles.ts';
import { RunElsewhere } from '../support/run-elsewhere.ts';
import { untilLockIsTaken } from '../support/runs.ts';
import { startSlowNetwork } from '../support/slow-network.ts';
import { stopClock } from '../support/stop-clock.ts';
import { inMs } from '../support/targets.ts';
import { proveRows, type Scenario } from './prove-rows.ts';
import { TIME } from './rows/time.ts';
import {
  type Change,
  ENFORCE_TWO_WINDOWS,
  FREE,
  LOCK_KEY,
  proofOf,
  type Stage,
  TWO_WINDOWS,
} from './stage.ts';
import { type Moment, strikeAt } from './strike.ts';

/** What is left of a run's time at the moment of a strike. */
const SHORT_MS = 1_000;
/** Long enough for several tries. */
const SHORTER_MS = 600;
/** Within its own bounds, 10 s each, the server takes back what we have left. */
const TAKEN_BACK_MS = 25_000;
const policy = ENFORCE_TWO_WINDOWS;

/** Something happens at one moment of a run, and its time passes only from then on. */
function strikeInTime(moment: Moment, strike: () => Promise<unknown>): Change {
  return (ports) => {
    const clock = stopClock(ports);
    const change = strikeAt(moment, async () => {
      clock.start();
      await strike();
    });
    return change(clock.ports);
  };
}

/** The network swallows everything from one moment on. */
function silentFrom(moment: Moment): Scenario {
  return async (stage) => {
    await stage.fill();
    const target = stage.use(await startSlowNetwork(stage.server));
    const change = strikeInTime(moment, async () => target.swallow());
    return stage.run({ policy, target, change, deadlineMs: SHORT_MS });
  };
}

/** Fills the server and starts a run in another process. */
async function runElsewhere(stage: Stage) {
  await stage.fill();
  const before = await stage.sessions();
  const { server, headroom } = stage;
  const errand = { address: server, role: headroom, freeSlots: FREE, deadlineMs: 60_000 };
  const run = stage.use(new RunElsewhere(errand));
  return { run, ended: (expected: number) => stage.endedSince(before, expected) };
}

proveRows(
  TIME,
  {
    noTime: async (stage) => {
      await stage.fill();
      return stage.run({ policy, deadlineMs: 0 });
    },
    nearConnecting: async (stage) => {
      await stage.fill();
      return stage.run({ policy, role: stage.app, deadlineMs: SHORTER_MS });
    },
    nearLocking: async (stage) => {
      await stage.fill();
      const holder = await stage.server.connect(stage.headroom);
      await holder.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
      stage.afterwards(() => holder.end());
      return stage.run({ policy, change: untilLockIsTaken });
    },
    nearLooking: silentFrom('before looking'),
    nearBetween: async (stage) => {
      await stage.fill();
      const change = strikeInTime('between the windows', () => sleep(2 * SHORT_MS));
      return stage.run({ policy, change, deadlineMs: SHORT_MS });
    },
    nearWindow: silentFrom('between the windows'),
    nearVerifying: silentFrom('before verifying'),
    nearSettling: async (stage) => {
      await stage.fill();
      // Only a wait takes time, and only one that is longer than what is left. So a slow machine has enough for the last reading.
      const change: Change = (ports) => {
        const { ports: stopped, start } = stopClock(ports);
        const sleep: typeof ports.sleep = (ms, signal) => {
          if (signal === undefined && ms >= SHORT_MS) start();
          return stopped.sleep(ms, signal);
        };
        return { ...stopped, sleep };
      };
      return stage.run({ policy, change, deadlineMs: SHORT_MS, settles: true });
    },
    // Its window is on record when it is stopped, and is sent when it goes on.
    frozen: async (stage) => {
      const { run, ended } = await runElsewhere(stage);
      await run.terminating();
      await run.freeze();
      await stage.expectNothingOfOurs(TAKEN_BACK_MS);
      run.thaw();
      await run.send();
      return proofOf(await run.record(), ended);
    },
    // As Lambda does at the time limit: its window has been sent, and no answer was taken.
    killed: async (stage, { ends }) => {
      const { run, ended } = await runElsewhere(stage);
      const tried = await interruptWindow(stage.server, run, () => run.freeze());
      await ended(ends);
      await run.kill();
      return { told: KILLED_RUN, tried, ended };
    },
    stale: async (stage) => {
      await stage.fill();
      return stage.run({ policy, trigger: anAlarm({ at: new Date(inMs(-360_000)).toISOString() }) });
    },
    late: async (stage) => {
      await stage.fill();
      await stage.run({ policy });
      return stage.run({ policy });
    },
    muted: async (stage) => {
      await stage.fill();
      return stage.run({ policy, trigger: anAlarm({ at: new Date().toISOString(), state: 'OK' }) });
    },
    ownLines: async (stage) => {
      const ordinary = await createRole(stage.server, 'ordinary');
      await stage.fill();
      const before = stage.server.log().length;
      const refused = await stage.remediate({ policy, role: ordinary, deadlineMs: 1_500 });
      const ownTries = ownTriesOf(refused);
      // As the default prefix of PostgreSQL would have written them.
      const lines = stage.server
        .log()
        .slice(before)
        .replaceAll(/\b53300 \S+@\S+ (?=FATAL)/g, '')
        .split('\n');
      const events = lines.map((message) => ({ message, timestamp: Date.now() }));
      const trigger = parseLogLines(logDocument(events));
      expect(trigger).toMatchObject({ refused: [{ user: null, kind: 'reserved' }] });
      const recalled = {
        kind: 'read',
        table: 'memory',
        paused: null,
        ownTries: [ownTries].flatMap((own) => own ?? []),
      } as const;
      return stage.run({ policy, trigger, change: (ports) => ({ ...ports, recall: async () => recalled }) });
    },
  },
  TWO_WINDOWS,
);
