import { expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client } from '../../drawings/drawing.ts';
import { Random } from '../../drawings/random.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { DAY, MINUTE, SECOND } from '../../drawings/stage.ts';

/** Openings at random, ten seconds apart on average; each session is used for a part of the time to the next, or a time. */
function sessions(usedMs: (random: Random, turnMs: number) => number): readonly Client[] {
  const random = new Random(4);
  let openedAt = -SECOND;
  return Array.from({ length: 45 }, () => {
    const turnMs = SECOND + random.wait(9 * SECOND);
    openedAt -= turnMs;
    return {
      user: 'web',
      application: 'web',
      database: 'main',
      address: '10.6.0.1',
      openedAt,
      state: 'idle',
      since: Math.min(-1, openedAt + usedMs(random, turnMs)),
      statement: 'SELECT * FROM orders',
    };
  });
}

const causeOf = (clients: readonly Client[]) =>
  diagnose(
    recordOfScene({
      clients,
      uptimeMs: 9 * DAY + MINUTE,
      free: 0,
      trigger: 'alarm',
      refused: [],
    }),
  )?.cause;

test('what is used for as long as it is the newest belongs to a pool with a lifetime of minutes', () => {
  expect(causeOf(sessions((random, turnMs) => turnMs * random.between(0.6, 1)))).toBe('oversized-idle-pools');
});

test('what is used for a time of its own does not, however long that is', () => {
  expect(causeOf(sessions((random) => SECOND * random.between(0.5, 1.5)))).toBe('connection-leak');
  expect(causeOf(sessions((random) => SECOND * random.between(5, 20)))).not.toBe('oversized-idle-pools');
});
