import { expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client } from '../../drawings/drawing.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { HOUR, MINUTE, SECOND } from '../../support/builders.ts';

const at = (application: string, user: string, address: string) => ({
  application,
  user,
  database: 'main',
  address,
  state: 'active',
});

/** pg_dump reads a table, an ALTER TABLE waits for it, and the clients wait behind that. */
const CLIENTS: readonly Client[] = [
  {
    ...at('pg_dump', 'backup', '10.0.0.8'),
    pid: 3_900,
    openedAt: -3 * HOUR,
    since: -20 * MINUTE,
    transactionAt: -3 * HOUR,
    statement: 'COPY public.orders TO stdout',
  },
  {
    ...at('deployer', 'deploy', '10.0.0.3'),
    pid: 3_901,
    openedAt: -6 * MINUTE,
    since: -5 * MINUTE,
    transactionAt: -5 * MINUTE,
    statement: 'ALTER TABLE orders ADD note text',
    waitEvent: 'relation',
    blockedBy: [3_900],
  },
  ...Array.from(
    { length: 40 },
    (_, number): Client => ({
      ...at('web', 'web', `10.0.2.${number % 3}`),
      openedAt: -2 * HOUR,
      since: -4 * MINUTE + number * SECOND,
      statement: 'SELECT note FROM orders',
      waitEvent: 'relation',
      blockedBy: [3_901],
    }),
  ),
];

const record = recordOfScene({
  clients: CLIENTS,
  uptimeMs: 900 * HOUR,
  free: 1,
  trigger: 'alarm',
  refused: [],
});
const diagnosis = diagnose(record);

test('behind a backup the statement that waits first makes the queue, not the backup', () => {
  expect(diagnosis).toMatchObject({ cause: 'lock-pile-up', confidence: 'high' });
  expect(diagnosis?.culprits[0]?.usage.group.application).toBe('deployer');
  expect(diagnosis?.culprits[0]?.evidence.join('; ')).toMatch(
    /a backup or another program of servers holds the lock \(pid 3900\)/,
  );
});

test('advice cancels that statement only, and asks nothing of the backup', () => {
  const advice = diagnosis === null ? [] : adviseOn(record, diagnosis);
  const ended = advice.flatMap(({ paste }) => paste?.lines ?? []).join('\n');
  expect(ended).toContain("(3901, '");
  expect(ended).not.toContain('3900');
  expect(advice.map(({ text }) => text).join('\n')).not.toMatch(/pg_dump (?:work in batches|held)/);
});
