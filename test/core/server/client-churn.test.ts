import { expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { clientChurn } from '../../../functions/core/server/client-churn.ts';
import { NO_SETTINGS, type PoolerState } from '../../../functions/core/server/pooler.ts';
import { withPooler } from '../../../functions/core/server/pooler-refusals.ts';
import { poolerTexts } from '../../../functions/render/message/pooler-text.ts';
import { anAdviceCase, SHOP } from '../advice/an-advice-case.ts';

const pooler = (clientCount: number, loginsPerSecond?: number): PoolerState => ({
  kind: 'pgbouncer',
  at: '10.0.0.7:6432',
  addresses: ['10.0.0.7'],
  problem: null,
  version: 'PgBouncer 1.26.1',
  pools: [],
  clients: [],
  clientCount,
  ...(loginsPerSecond !== undefined && { loginsPerSecond }),
  sessions: [],
  unlisted: null,
  settings: { ...NO_SETTINGS, mostClients: 100 },
});

test('clients that stay for a few seconds are seen by the logins of a second', () => {
  expect(clientChurn(pooler(36, 12))).toEqual({ perSecond: 12, stayS: 3 });
  expect(clientChurn(pooler(2, 12))).toEqual({ perSecond: 12, stayS: 0 });
});

test('clients that stay, a rollout of all of them within a minute, and an earlier version are no churn', () => {
  for (const each of [pooler(36, 0), pooler(600, 10), pooler(36)]) expect(clientChurn(each)).toBeNull();
});

test('the message says it, and a full pooler has advice for the developers of the clients', () => {
  const { record, diagnosis } = anAdviceCase({
    groups: [SHOP],
    cause: 'unclear',
    change: (snapshot) => withPooler(snapshot, pooler(100, 50)),
  });
  expect(poolerTexts(record.snapshot).join(' ')).toContain(
    'Its clients log in 50 times a second and stay 2 s on average: they open a connection for each piece of work.',
  );
  const texts = adviseOn(record, diagnosis).map(({ text }) => text);
  expect(texts).toContainEqual(expect.stringMatching(/^Clients log in at PgBouncer 50 times a second\./));
});
