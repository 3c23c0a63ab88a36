import { expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import type { CredentialSource } from '../../functions/postgres/connection/target.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';

const TARGET = { host: 'localhost', port: 1, database: 'postgres', tls: { mode: 'off' } } as const;

const unreadable: CredentialSource = async () => {
  throw new RemediationError('secret-unreadable', 'No answer.');
};

test.each<[string, CredentialSource, string | null]>([
  ['the one of the credentials', async () => ({ user: 'headroom', password: 'x' }), 'headroom'],
  ['unknown without any', async () => null, null],
  ['unknown when they cannot be read, which connecting will tell', unreadable, null],
])('our role is %s', async (_, source, role) => {
  expect(await serverPorts(TARGET, source, () => {}).ownRole()).toBe(role);
});

test('the credentials that named our role are used once, and are read anew for the next connection', async () => {
  const asked: number[] = [];
  const ports = serverPorts(
    TARGET,
    async (refused) => {
      asked.push(refused);
      return { user: 'headroom', password: 'x' };
    },
    () => {},
  );
  expect(await ports.ownRole()).toBe('headroom');
  for (const reads of [[0], [0, 0]]) {
    expect(await ports.connect(Date.now() + 1_000)).toHaveProperty('problem.code', 'connect-unreachable');
    expect(asked).toEqual(reads);
  }
});
