import { Signer } from '@aws-sdk/rds-signer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { iamCredentials } from '../../functions/aws/iam-token.ts';
import type { Target } from '../../functions/postgres/connection/target.ts';

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
/** Nothing of the machine that runs the tests. */
const NOBODY = {
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_CONFIG_FILE: 'none',
  AWS_SHARED_CREDENTIALS_FILE: 'none',
  AWS_EC2_METADATA_DISABLED: 'true',
};
const SESSION = { AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE/+=  a!*()~' };

/** Only the clock: both signers read it, a second apart their tokens differ. */
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T23:59:59.999Z') }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Signs as Lambda's environment says. */
function iamToken(
  user: string,
  target: Target,
  keys: Readonly<Record<string, string | undefined>>,
  refused = 0,
) {
  for (const [name, value] of Object.entries({ ...NOBODY, ...keys })) vi.stubEnv(name, value);
  return iamCredentials(user, target)(refused);
}

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
    expect(await iamToken('headroom', TARGET, keys)).toEqual({
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
    const credentials = await iamToken(user, TARGET, keys);
    expect(credentials?.password).toBe(await libraryToken(user, TARGET, keys));
  });

  test('is the same for another port, and lives for fifteen minutes', async () => {
    const target = { ...TARGET, port: 6432 };
    const credentials = await iamToken('headroom', target, KEYS);
    expect(credentials?.password).toBe(await libraryToken('headroom', target, KEYS));
    expect(credentials?.password).toMatch(/^orders\.\S+:6432\/\?Action=connect&DBUser=headroom&/);
    expect(credentials?.password).toContain('X-Amz-Date=20261121T235959Z&X-Amz-Expires=900&');
  });

  test('is the only one: when it is refused there is no other', async () => {
    expect(await iamToken('headroom', TARGET, KEYS, 1)).toBeNull();
  });

  test.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'is not made without %s, and no key is in the message',
    async (name) => {
      const token = iamToken('headroom', TARGET, { ...KEYS, ...SESSION, [name]: undefined });
      await expect(token).rejects.toMatchObject({
        code: 'secret-unreadable',
        message: expect.not.stringMatching(/EXAMPLE|IQoJ/),
      });
    },
  );
});
