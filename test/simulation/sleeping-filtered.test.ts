import { expect, test } from 'vitest';
import { sweepFiltered } from '../../functions/fleet/sweep-filtered.ts';
import { acceptDatabase, leakFor, pauseServer, proveCell } from './happenings.ts';
import { sleepersSleep } from './invariants-of-sleepers.ts';
import type { Product } from './product.ts';
import { beginSchedule } from './schedule.ts';
import { violationsOf } from './simulate-cell.ts';
import { HOUR, MINUTE, simulatedCell } from './simulated-cell.ts';
import { logGroupOf } from './simulated-estate.ts';
import { calmWeather } from './weather.ts';

const START = Date.parse('2026-11-29T00:00:00.000Z');
/** A program storms the database that never pauses, and hours later one leaks on that which does. */
const STORM = START + 2 * HOUR;
const OWN_LEAK = START + 5 * HOUR;

/** Both log groups have room for a metric filter only. */
async function cellWithSleeper(product: Partial<Product> = {}) {
  const stage = simulatedCell({ seed: 1, start: START, weather: calmWeather(1), product });
  const { time, estate, logs, journal } = stage;
  const create = (name: string, capacity: number | null) => {
    const state = { name, tag: 'enforce', policy: null, status: 'available', exportsLog: true, capacity };
    const group = logGroupOf({ name, capacity });
    const others = ['a', 'b'].map((each) => ({ name: each, destination: `arn:${each}` }));
    logs.groups.set(group, others);
    journal.others.set(group, JSON.stringify(others));
    const database = estate.create(`db-${name.toUpperCase()}`, { at: START, exists: true, ...state }, 60);
    time.at(START + 20 * MINUTE, () => acceptDatabase(stage, database.key));
    return database;
  };
  const [awake, sleeper] = [create('awake', null), create('sleeper', 0)];
  pauseServer(sleeper.server);
  proveCell(stage, 'tag');
  time.at(STORM, () => leakFor(stage, awake, 10, 20 * MINUTE));
  time.at(OWN_LEAK, () => leakFor(stage, sleeper, 10_000, 30 * MINUTE));
  const until = START + 6 * HOUR;
  beginSchedule(stage, until);
  await time.runUntil(until);
  return { stage, awake, sleeper };
}

test('The alarm on one database leaves another one asleep that pauses, and finds it when that refuses clients', async () => {
  const { stage, awake, sleeper } = await cellWithSleeper();
  const { journal, estate } = stage;
  expect(
    violationsOf(stage, { good: [...estate.databases.values()].filter(({ key }) => key === awake.key) }),
  ).toEqual([]);
  const alarms = (key: string) => journal.runs.filter((run) => run.key === key && run.trigger === 'alarm');
  expect(alarms(awake.key).some(({ at }) => at > STORM && at < STORM + 5 * MINUTE)).toBe(true);
  expect(journal.logins.filter(({ key, at }) => key === sleeper.key && at < OWN_LEAK)).toEqual([]);
  const [first] = journal.refusedAwake;
  expect(alarms(sleeper.key)[0]?.at).toBeLessThan((first?.at ?? 0) + 2 * MINUTE);
  expect(journal.endings.some(({ key }) => key === sleeper.key)).toBe(true);
});

test('The simulation notices when the alarm wakes every database that pauses', async () => {
  const product: Partial<Product> = {
    sweepFiltered: (ports) => sweepFiltered({ ...ports, wroteLately: async (groups) => new Set(groups) }),
  };
  const { stage } = await cellWithSleeper(product);
  expect(sleepersSleep(stage)).toContainEqual(
    expect.stringMatching(/^an alarm on others woke \S+#db-SLEEPER at /),
  );
});
