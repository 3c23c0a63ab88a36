import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { HOUR } from '../../support/builders.ts';
import { anAdviceCase, LEAK, SHOP } from './an-advice-case.ts';
import { caseOf, linesOn, textsOn } from './said.ts';

describe('advice is withheld', () => {
  const leak = (fields: Omit<Parameters<typeof anAdviceCase>[0], 'groups' | 'cause'>) =>
    linesOn(anAdviceCase({ groups: [LEAK, SHOP], cause: 'connection-leak', ...fields })).join('\n');

  test('where the setting came with a later version', () => {
    expect(leak({ server: { version: '14.23' } })).toContain('idle_session_timeout');
    expect(leak({ server: { version: '13.23' } })).not.toContain('idle_session_timeout');
    const queue = caseOf('queue behind a migration');
    const onVersion = (version: string) => {
      const { snapshot } = queue.record;
      if (snapshot === null) throw new Error('No snapshot');
      const server = { ...snapshot.server, version };
      return linesOn({ ...queue, record: { ...queue.record, snapshot: { ...snapshot, server } } }).join();
    };
    expect(onVersion('17.10')).toContain('SET transaction_timeout');
    expect(onVersion('16.14')).toContain('SET statement_timeout');
  });

  test('where a leak is faster than any timeout', () => {
    const opening = (perHour: number) => ({ opening: { perHour, spanMs: HOUR, sinceMs: HOUR, fullInMs: 0 } });
    expect(leak(opening(1_000))).toContain("SET idle_session_timeout = '1min'");
    expect(leak(opening(2_000))).not.toContain('idle_session_timeout');
  });

  test('under a pooler, whose idle sessions rest on purpose', () => {
    expect(leak({ poolers: ['10.0.3.0/24'] })).not.toContain('idle_session_timeout');
  });

  test('for superusers and the provider’s roles', () => {
    for (const group of [
      { ...LEAK, superuser: true },
      { ...LEAK, user: 'rdsadmin' },
    ]) {
      const lines = linesOn(anAdviceCase({ groups: [group, SHOP], cause: 'connection-leak' })).join('\n');
      expect(lines).not.toContain('ALTER ROLE');
    }
  });

  test('to raise max_connections where slots are held in vain', () => {
    const mixed = anAdviceCase({
      groups: [
        { ...SHOP, count: 30, state: 'active' },
        { ...LEAK, count: 27 },
      ],
      cause: 'limit-too-low',
      culprits: { storefront: 'limit-too-low', 'billing-worker': 'connection-leak' },
    });
    expect(linesOn(mixed).join('\n')).not.toContain('max_connections');
  });

  test('to raise a role’s limit where the server has no room', () => {
    const full = anAdviceCase({
      groups: [
        { count: 10, application: 'nightly', user: 'batch', state: 'active' },
        { ...SHOP, count: 40, state: 'active' },
      ],
      cause: 'role-limit',
      slots: { roles: [{ name: 'batch', limit: 10 }] },
    });
    expect(textsOn(full)).toEqual([expect.stringContaining('the server has no free slots for more')]);
  });

  test('to make a pool smaller than what it does right now', () => {
    const busy = anAdviceCase({
      groups: [{ ...LEAK, state: 'active' }, SHOP],
      cause: 'oversized-idle-pools',
    });
    expect(textsOn(busy).join('\n')).not.toContain('Let them hold at most');
  });

  test('to put a second pooler in front', () => {
    const behind = anAdviceCase({
      groups: [LEAK, SHOP],
      cause: 'oversized-idle-pools',
      poolers: ['10.9.9.9'],
    });
    expect(linesOn(behind)).not.toContain('[pgbouncer]');
  });

  test('to put a pooler in front of a few hosts, or of a server that has room', () => {
    const few = anAdviceCase({
      groups: [{ ...LEAK, addresses: ['10.0.3.17'] }, SHOP],
      cause: 'oversized-idle-pools',
    });
    const roomy = anAdviceCase({ groups: [{ ...LEAK, count: 20 }, SHOP], cause: 'oversized-idle-pools' });
    for (const incident of [few, roomy]) expect(linesOn(incident)).not.toContain('[pgbouncer]');
    expect(textsOn(roomy).join('\n')).not.toContain('Alert when');
  });

  test('on what else there is, where slots are not short', () => {
    const unexplained = anAdviceCase({
      groups: [
        { ...LEAK, count: 9 },
        { ...SHOP, count: 6 },
      ],
      cause: 'half-open-clients',
      culprits: { 'billing-worker': 'connection-leak' },
      opening: { perHour: 4, spanMs: 2 * HOUR, sinceMs: 2 * HOUR, fullInMs: null },
    });
    expect(linesOn(unexplained).join('\n')).not.toContain('ALTER ROLE');
    const limited = anAdviceCase({
      groups: [{ ...LEAK, count: 10 }, SHOP],
      cause: 'role-limit',
      culprits: { 'billing-worker': 'connection-leak' },
      slots: { roles: [{ name: 'billing', limit: 10 }] },
    });
    expect(linesOn(limited).join('\n')).toContain('idle_session_timeout');
  });

  test('to put a pooler in front where it would leave most sessions', () => {
    const users = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const groups = users.map((user) => ({ ...SHOP, count: 7, user, application: user }));
    const many = anAdviceCase({ groups, cause: 'limit-too-low', culprits: {} });
    expect(linesOn(many)).not.toContain('[pgbouncer]');
  });

  test('about the fate of clients that are gone, and of people’s tools', () => {
    for (const name of ['dead clients', 'tools left open'])
      expect(textsOn(caseOf(name)).join('\n')).not.toContain('they lost sessions');
  });

  test('to end what our run has ended', () => {
    const left = { ...LEAK, count: 57, state: 'idle in transaction', fromAgeMs: 3 * HOUR };
    const { record, diagnosis } = anAdviceCase({ groups: [left], cause: 'idle-in-transaction' });
    const [first] = record.snapshot?.sessions.filter(({ user }) => user === 'billing') ?? [];
    if (first === undefined) throw new Error('No session');
    const attempt = { pid: first.pid ?? 0, sessionId: null, backendStart: first.backendStart, round: 1 };
    const ended = { ...attempt, guard: 'signalled', result: 'terminated' } as const;
    const before = adviseOn(record, diagnosis)[0]?.text;
    const after = adviseOn({ ...record, attempts: [ended] }, diagnosis);
    expect(before).toContain('the oldest of 57');
    expect(after.map(({ text }) => text).join()).toContain('the oldest of 56');
  });
});
