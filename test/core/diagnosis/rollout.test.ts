import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client } from '../../drawings/drawing.ts';
import { Random } from '../../drawings/random.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { HOUR, MINUTE, SECOND } from '../../support/builders.ts';

/** Processes that start one after the other; each opens its sessions, works once with each, and rests. */
const started = (pods: number, sessionsOfEach: number, everyMs: number, lastAgo: number): readonly Client[] =>
  Array.from({ length: pods * sessionsOfEach }, (_, at): Client => {
    const pod = Math.floor(at / sessionsOfEach);
    const openedAt = -lastAgo - pod * everyMs - (at % sessionsOfEach) * 30;
    return {
      user: 'orders',
      application: 'orders-api',
      database: 'main',
      address: `10.1.6.${pod + 1}`,
      openedAt,
      state: 'idle',
      since: openedAt + 25,
      statement: 'SELECT count(*) FROM flags',
    };
  });

/** With its pauses the openings looked steady. */
const SEED = 29_914;

const causeOf = (clients: readonly Client[]) =>
  diagnose(recordOfScene({ clients, uptimeMs: 900 * HOUR, free: 1, trigger: 'alarm', refused: [] }))?.cause;

describe('processes that start one after the other are no leak', () => {
  test.each([
    ['one session each, over for five minutes', 1, 8 * SECOND, 5 * MINUTE, 'unclear'],
    ['one session each, while the last ones start', 1, 8 * SECOND, 2 * SECOND, 'unclear'],
    ['two sessions each, over for five minutes', 2, 35 * SECOND, 5 * MINUTE, 'oversized-idle-pools'],
  ] as const)('%s', (_, sessionsOfEach, everyMs, lastAgo, cause) => {
    expect(causeOf(started(40, sessionsOfEach, everyMs, lastAgo))).toBe(cause);
  });

  test('listeners of deployments hours apart, which each opened one after the other', () => {
    const random = new Random(SEED);
    const listeners = Array.from({ length: 60 }, (_, at): Client => {
      const deployment = Math.floor(at / 10);
      const openedAt = -(2 + deployment * 9) * HOUR + (at % 10) * random.between(200, 2_000);
      return {
        user: 'push',
        application: 'push',
        database: 'main',
        address: `10.1.19.${deployment}`,
        openedAt,
        state: 'idle',
        since: openedAt + random.between(3, 40),
        statement: 'LISTEN events',
      };
    });
    expect(causeOf(listeners)).toBe('oversized-idle-pools');
  });

  test('but processes that come for hours and never close their session are one', () => {
    expect(causeOf(started(80, 1, 4 * MINUTE, 90 * SECOND))).toBe('connection-leak');
  });
});
