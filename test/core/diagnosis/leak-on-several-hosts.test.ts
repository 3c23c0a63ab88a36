import { expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client, Scene } from '../../drawings/drawing.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { HOUR, MINUTE, SECOND } from '../../support/builders.ts';

const JOB = { user: 'nightly', application: 'report-job', database: 'main' };

/** One session a host at each moment, some milliseconds apart, as a schedule opens them. */
const leakedAt = (hosts: number, moments: readonly number[]): readonly Client[] =>
  moments.flatMap((ago) =>
    Array.from({ length: hosts }, (_, host): Client => {
      const openedAt = -ago + host * 40;
      const address = `10.2.0.${host + 1}`;
      return {
        ...JOB,
        address,
        openedAt,
        state: 'idle',
        since: openedAt + 300,
        statement: 'SELECT report()',
      };
    }),
  );

const everyMinutes = (minutes: number, times: number) =>
  Array.from({ length: times }, (_, at) => (at + 0.5) * minutes * MINUTE);

const diagnosisOf = (clients: readonly Client[], scene: Partial<Scene> = {}) =>
  diagnose(
    recordOfScene({ clients, uptimeMs: 900 * HOUR, free: 2, trigger: 'alarm', refused: [], ...scene }),
  );

test('hosts that each leak a session at the same moment are a leak, with the rate of all', () => {
  const found = diagnosisOf(leakedAt(9, everyMinutes(30, 8)));
  expect(found).toMatchObject({ cause: 'connection-leak', confidence: 'high' });
  expect(found?.culprits[0]?.opening?.perHour).toBeCloseTo(18, 0);
});

test('a schedule that leaks as many sessions on each of three hosts is a leak without statements as well', () => {
  const found = diagnosisOf(leakedAt(3, everyMinutes(10, 58)), { isTold: false });
  expect(found).toMatchObject({ cause: 'connection-leak', confidence: 'medium' });
});

test('a quick leak of many hosts beside sessions of last week is no start of a pool', () => {
  const pauses = [300, 2_600, 700, 1_200];
  let ago = SECOND;
  const leaked = Array.from({ length: 120 }, (_, at): Client => {
    ago += pauses[at % 4] ?? 0;
    const openedAt = -ago;
    const address = `10.2.0.${(at * 7) % 45}`;
    return { ...JOB, address, openedAt, state: 'idle', since: openedAt + 80, statement: 'COMMIT' };
  });
  const older = leaked.slice(0, 3).map((each) => ({ ...each, openedAt: -170 * HOUR, since: -3 * SECOND }));
  const found = diagnosisOf([...leaked, ...older]);
  expect(found).toMatchObject({ cause: 'connection-leak', confidence: 'high' });
  expect(found?.culprits[0]?.opening?.perHour).toBeCloseTo(3_000, -2);
});
