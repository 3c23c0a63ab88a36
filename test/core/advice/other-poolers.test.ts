import { expect, test } from 'vitest';
import { POOLER_LEVERS } from '../../../functions/core/advice/pooler-levers.ts';
import { NO_SETTINGS, type PoolerState } from '../../../functions/core/server/pooler.ts';
import { withPooler } from '../../../functions/core/server/pooler-refusals.ts';
import { anAdviceCase, LEAK, SHOP } from './an-advice-case.ts';
import { linesOn, textsOn } from './said.ts';

const held = (application: string, more: Partial<Parameters<typeof anAdviceCase>[0]> = {}) =>
  anAdviceCase({
    groups: [{ ...LEAK, application, addresses: ['10.0.9.1'] }, SHOP],
    cause: 'pooler-oversized',
    ...more,
  });

test.each([
  ['Supavisor', 'default_pool_size of the tenant'],
  ['pgcat', 'pool_size of the user in pools'],
  ['PgDog', 'default_pool_size in pgdog.toml'],
  ['pgagroal', 'MAX_SIZE in pgagroal_databases.conf'],
  ['odyssey', 'pool_size in the rule of the user'],
  ['pgpool', 'num_init_children and max_pool'],
])('a pooler with the name %s is told its own settings, and none of PgBouncer', (application, setting) => {
  const incident = held(application);
  const text = textsOn(incident).find((each) => each.includes('The pooler holds'));
  expect(text).toContain(setting);
  expect(linesOn(incident).join('\n')).not.toContain('[pgbouncer]');
});

test('sessions beside the role of an RDS Proxy are told its settings', () => {
  const groups = [
    { ...LEAK, application: '', addresses: ['10.0.9.1'] },
    { ...SHOP, count: 1, application: '', user: 'rdsproxyadmin' },
  ];
  const incident = held('', { groups, server: { provider: 'rds' } });
  expect(textsOn(incident).join()).toMatch(/MaxConnectionsPercent to at most \d+.*ConnectionBorrowTimeout/);
  expect(linesOn(incident).join('\n')).not.toContain('[pgbouncer]');
});

test('a pooler without a name may be PgBouncer', () => {
  expect(linesOn(held('')).join('\n')).toContain('[pgbouncer]');
});

test('a declared Odyssey that refuses us is told what bounds its clients', () => {
  const odyssey: PoolerState = {
    kind: 'odyssey',
    at: '10.0.0.7:6432',
    addresses: ['10.0.0.7'],
    problem: { code: 'pooler-full', message: 'Odyssey takes no more clients.' },
    version: null,
    pools: [],
    clients: [],
    clientCount: 0,
    sessions: [],
    unlisted: null,
    settings: NO_SETTINGS,
  };
  const incident = anAdviceCase({
    groups: [SHOP],
    cause: 'unclear',
    change: (snapshot) => withPooler(snapshot, odyssey),
  });
  expect(textsOn(incident)[0]).toMatch(/^Odyssey itself refuses clients.*client_max.*the 57 usable slots/);
});

test('each of them has a public source', () => {
  for (const { source } of Object.values(POOLER_LEVERS)) expect(source).toMatch(/\w\/\w/);
});
