import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { declaredLogin } from '../../../functions/commands/server/declared-login.ts';
import type { DeclaredServer } from '../../../functions/commands/server/declared-server.ts';

const declared = {
  stage: null,
  region: 'eu-west-3',
  declaration: {
    name: 'orders',
    host: 'orders.abc.eu-west-3.rds.amazonaws.com',
    port: 5433,
    user: 'headroom',
  },
} as DeclaredServer;

beforeEach(() => {
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  vi.stubEnv('AWS_PROFILE', undefined);
});
afterEach(() => vi.unstubAllEnvs());

test('a declared server with a user is entered by a token of the person who asks, in the region of the server', async () => {
  const login = await declaredLogin(declared);
  const token = new URL(`https://${login?.password}`);
  expect([login?.user, login?.isToken]).toEqual(['headroom', true]);
  expect(token.host).toBe('orders.abc.eu-west-3.rds.amazonaws.com:5433');
  expect(Object.fromEntries(token.searchParams)).toMatchObject({
    Action: 'connect',
    DBUser: 'headroom',
    'X-Amz-Credential': expect.stringMatching(
      /^AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-west-3\/rds-db\/aws4_request$/,
    ),
    'X-Amz-Expires': '900',
  });
});

test('without credentials the error names the profile and the way in without AWS', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  await expect(declaredLogin(declared)).rejects.toMatchObject({
    code: 'secret-unreadable',
    message: expect.stringMatching(
      /for headroom at orders\.abc.*check AWS_PROFILE, or log in\.\n.*With PGUSER set/s,
    ),
  });
});

test('a declared server without user and secret has no login of its own', async () => {
  const { user: _, ...declaration } = declared.declaration;
  expect(await declaredLogin({ ...declared, declaration })).toBeNull();
});
