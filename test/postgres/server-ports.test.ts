import { expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/errors.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { CredentialSource } from '../../functions/postgres/target.ts';

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
