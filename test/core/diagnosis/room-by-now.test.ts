import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client, Refusal } from '../../drawings/drawing.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { DAY, MINUTE, SECOND } from '../../drawings/stage.ts';

/** A small leak on a server with room. */
const LEAK: readonly Client[] = Array.from({ length: 15 }, (_, at) => ({
  user: 'web',
  application: 'web',
  database: 'main',
  address: '10.6.0.1',
  openedAt: -at * 5 * MINUTE - SECOND,
  state: 'idle',
  since: -at * 5 * MINUTE - 900,
  statement: 'SELECT * FROM orders',
}));

const diagnosed = (refused: Refusal) =>
  diagnose(
    recordOfScene({
      clients: LEAK,
      uptimeMs: 9 * DAY,
      free: 42,
      trigger: 'log-lines',
      refused: [refused],
      version: '16.9',
    }),
  );

describe('A server with room that refused clients seconds ago', () => {
  test('names no program: what filled it may have left', () => {
    const diagnosis = diagnosed({ count: 5, spanMs: 2 * SECOND, agoMs: 1.4 * SECOND });
    expect(diagnosis).toMatchObject({ cause: 'unclear', culprits: [] });
  });

  test.each([
    ['at this moment', { count: 5, spanMs: 200, agoMs: 300 }],
    ['for long and until now', { count: 50, spanMs: 40 * SECOND, agoMs: 3 * SECOND }],
  ])('has clients that have not logged in if it refused %s, and blames no session for them', (_, refused) => {
    expect(diagnosed(refused)).toMatchObject({ cause: 'half-open-clients', culprits: [] });
  });
});
