import { Signer } from '@aws-sdk/rds-signer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { iamCredentials } from '../../functions/aws/iam-token.ts';
import type { Target } from '../../functions/postgres/target.ts';

const TARGET: Target = {
  host: 'orders.abcdefghijkl.eu-west-1.rds.amazonaws.com',
  port: 5432,
  database: 'postgres',
  tls: { mode: 'verify', caFile: null },
};
const KEYS = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE42',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const SESSION = { AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE/+=  a!*()~' };

/** Only the clock: both signers read it, a second apart their tokens differ. */
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T23:59:59.999Z') }));
afterEach(() => vi.useRealTimers());

/** What the library makes of the same. */
function libraryToken(user: string, { host, port }: Target, keys: Record<string, string>): Promise<string> {
  const signer = new Signer({
    hostname: host,
    port,
    username: user,
    region: keys.AWS_REGION ?? '',
    credentials: {
      accessKeyId: keys.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: keys.AWS_SECRET_ACCESS_KEY ?? '',
      ...(keys.AWS_SESSION_TOKEN && { sessionToken: keys.AWS_SESSION_TOKEN }),
    },
  });
  return signer.getAuthToken();
}

describe('an IAM token', () => {
  test.each([
    ['of a role', { ...KEYS, ...SESSION }],
    ['of long-term keys', KEYS],
    ['in another region', { ...KEYS, ...SESSION, AWS_REGION: 'us-gov-west-1' }],
  ])("is the one that AWS's own signer makes with the credentials %s", async (_, keys) => {
    expect(await iamCredentials('headroom', TARGET, keys)(0)).toEqual({
      user: 'headroom',
      password: await libraryToken('headroom', TARGET, keys),
      isToken: true,
    });
  });

  test.each([
    'Head Room',
    'a@b.example',
    "o'neil",
    'x+y=z&DBUser=postgres',
    'été',
    '日本語',
    '!*()~%',
    '/?#[]',
  ])('is the same for the user %j', async (user) => {
    const keys = { ...KEYS, ...SESSION };
    const credentials = await iamCredentials(user, TARGET, keys)(0);
    expect(credentials?.password).toBe(await libraryToken(user, TARGET, keys));
  });

  test('is the same for another port, and lives for fifteen minutes', async () => {
    const target = { ...TARGET, port: 6432 };
    const credentials = await iamCredentials('headroom', target, KEYS)(0);
    expect(credentials?.password).toBe(await libraryToken('headroom', target, KEYS));
    expect(credentials?.password).toMatch(/^orders\.\S+:6432\/\?Action=connect&DBUser=headroom&/);
    expect(credentials?.password).toContain('X-Amz-Date=20261121T235959Z&X-Amz-Expires=900&');
  });

  test('is the only one: when it is refused there is no other', async () => {
    expect(await iamCredentials('headroom', TARGET, KEYS)(1)).toBeNull();
  });

  test.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'is not made without %s, and no key is in the message',
    async (name) => {
      const source = iamCredentials('headroom', TARGET, { ...KEYS, ...SESSION, [name]: undefined });
      await expect(source(0)).rejects.toMatchObject({
        code: 'secret-unreadable',
        message: expect.not.stringMatching(/EXAMPLE|IQoJ/),
      });
    },
  );
});
