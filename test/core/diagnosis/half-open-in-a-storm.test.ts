import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client } from '../../drawings/drawing.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { HOUR } from '../../support/builders.ts';

const sessions = (count: number, of: (at: number) => Partial<Client>): readonly Client[] =>
  Array.from({ length: count }, (_, at) => ({
    user: 'shop',
    application: 'shop',
    database: 'main',
    address: '10.0.0.1',
    openedAt: -5 * HOUR,
    state: 'idle',
    since: -40 - at * 9,
    statement: 'SELECT count(*) FROM carts',
    ...of(at),
  }));

/** At work since hours. */
const OLD = sessions(11, () => ({}));
/** Clients of the storm that were let in. */
const letIn = (count: number) =>
  sessions(count, (at) => ({ openedAt: -20 - at * 30, since: -10 - at * 30, state: 'active' }));
const logins = (count: number, agoMs: number) =>
  sessions(count, () => ({
    user: '',
    application: '',
    database: '',
    address: '10.0.0.7',
    openedAt: -agoMs,
    since: -agoMs,
    state: 'starting',
    statement: '',
  }));

/** Sixty refusals a second, the last one this long ago. */
const diagnosed = (clients: readonly Client[], version: string, { free = 29, agoMs = 80 } = {}) =>
  diagnose(
    recordOfScene({
      clients,
      uptimeMs: 90 * 24 * HOUR,
      free,
      trigger: 'log-lines',
      refused: [{ count: 240, spanMs: 4_000, agoMs, user: 'shop', database: 'main' }],
      version,
    }),
  )?.cause;

describe('Clients that come again without a pause', () => {
  test.each(['14.23', '17.10'])(
    'may be kept out by half-open clients where none of them shows: %s',
    (version) => {
      expect(diagnosed(OLD, version)).toBe('unclear');
    },
  );

  test('are a storm where some of them get in', () => {
    expect(diagnosed([...OLD, ...letIn(1)], '15.18')).toBe('reconnect-storm');
  });

  test('are a storm where the slots may have become free since the last refusal', () => {
    expect(diagnosed(OLD, '15.18', { agoMs: 1_900 })).toBe('reconnect-storm');
  });

  test('are kept out by logins that do not end, on a version that shows them', () => {
    expect(diagnosed([...OLD, ...logins(29, 4_000)], '18.4', { free: 0 })).toBe('half-open-clients');
  });

  test('are a storm where logins are as young as they are', () => {
    expect(diagnosed([...OLD, ...logins(29, 1_400)], '18.4', { free: 0 })).not.toBe('half-open-clients');
  });
});
