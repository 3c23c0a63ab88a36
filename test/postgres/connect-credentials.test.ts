import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { credentialsOf } from '../../functions/aws/credentials.ts';
import { connect } from '../../functions/postgres/connection/connect.ts';
import type { CredentialSource } from '../../functions/postgres/connection/target.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import type { LoopbackSecret } from '../support/loopback-secrets.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

const LONG_MS = 10_000;
const SHORT_MS = 1_000;
const SECRET = 'pg-headroom/orders';

let server: TestServer;
/** Whose password each test changes. */
let role: Role;
/** Whom pg_hba.conf has proven by a service that is not there: refused as RDS refuses a token, by `auth_failed`. */
let byIdent: Role;
let rules: string;
const rulesFile = () => join(server.folder, 'pg_hba.conf');

beforeAll(async () => {
  const settings = { max_connections: 12, superuser_reserved_connections: 2 };
  server = await startServer({ version: 18, settings });
  role = await createRole(server, 'headroom');
  byIdent = await createRole(server, 'by "ident"');
  rules = readFileSync(rulesFile(), 'utf8');
});
afterAll(() => server.stop());

/** Resolves when the server's log has one more of these than now. */
function oneMore(logged: string) {
  const count = () => server.log().split(logged).length;
  const before = count();
  return () => waitUntil(() => count() > before, { what: `the log had one more "${logged}"` });
}

async function useRules(first: string) {
  const reloaded = oneMore('reloading configuration files');
  writeFileSync(rulesFile(), `${first}\n${rules}`);
  process.kill(server.processId, 'SIGHUP');
  await reloaded();
}

/** Starts something of which the first try is refused. */
function oneRefused<T>(how: string, start: () => Promise<T>) {
  const refused = oneMore(how);
  const ended = start();
  return { ended, refused: refused() };
}

async function connectWith(source: CredentialSource, withinMs = LONG_MS) {
  const connection = await connect(targetOf(server), source, inMs(withinMs));
  if ('problem' in connection) return connection;
  await connection.database.close();
  return { in: true, connecting: connection.connecting };
}

const wrongPasswords = (count: number) => [{ sqlstate: '28P01', routine: 'auth_failed', count }];

describe('a secret', () => {
  let aws: LoopbackAws | undefined;

  beforeEach(async () => {
    await server.query(`ALTER ROLE headroom PASSWORD 'new'`);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await aws?.close();
    aws = undefined;
  });

  const text = (password: string) => JSON.stringify({ username: role.user, password });

  async function sourceFrom(secret: LoopbackSecret): Promise<CredentialSource> {
    aws = await startLoopbackAws({ secrets: { [SECRET]: secret } });
    const environment = { ...LOOPBACK_IDENTITY, AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    return credentialsOf({ secret: SECRET }, targetOf(server));
  }

  test('that was rotated after it was read gets in with the new password', async () => {
    const source = await sourceFrom({ SecretString: text('old') });
    const reading: CredentialSource = async (refused) => {
      const credentials = await source(refused);
      if (refused === 0) aws?.rotate(SECRET, text('new'));
      return credentials;
    };
    expect(await connectWith(reading)).toEqual({
      in: true,
      connecting: { attempts: 2, refusals: wrongPasswords(1) },
    });
    expect(aws?.requests.getSecretValue).toBe(2);
  });

  test('that the server has before it is current gets in with the pending version', async () => {
    const source = await sourceFrom({ SecretString: text('old'), AWSPENDING: text('new') });
    expect(await connectWith(source)).toEqual({
      in: true,
      connecting: { attempts: 3, refusals: wrongPasswords(2) },
    });
    expect(aws?.requests.getSecretValue).toBe(3);
  });

  test('that a server behind the rotation, such as a replica, does not have yet gets in with the previous version', async () => {
    const source = await sourceFrom({ SecretString: text('newer'), AWSPREVIOUS: text('new') });
    expect(await connectWith(source)).toEqual({
      in: true,
      connecting: { attempts: 3, refusals: wrongPasswords(2) },
    });
    await aws?.close();
    const rotating = { SecretString: text('newer'), AWSPENDING: text('newest'), AWSPREVIOUS: text('new') };
    expect(await connectWith(await sourceFrom(rotating))).toEqual({
      in: true,
      connecting: { attempts: 4, refusals: wrongPasswords(3) },
    });
  });

  test('is read once by all tries that were under way with the old password', async () => {
    const source = await sourceFrom({ SecretString: text('old'), AWSPENDING: text('new') });
    const { sessions } = await fillUntilRefused(server, { role: server.superuser });
    const trying = oneRefused('sorry, too many clients already', () => connectWith(source));
    await trying.refused;
    await Promise.all(sessions.map((session) => session.close()));
    expect(await trying.ended).toMatchObject({ in: true });
    expect(aws?.requests.getSecretValue).toBe(3);
  });

  test('with nothing pending, or another wrong password, is denied by the server', async () => {
    const denied = { code: 'connect-denied', message: expect.stringContaining('28P01') };
    const old = await sourceFrom({ SecretString: text('old') });
    expect(await connectWith(old)).toEqual({
      problem: denied,
      connecting: { attempts: 2, refusals: wrongPasswords(2) },
    });
    await aws?.close();
    const both = await sourceFrom({ SecretString: text('old'), AWSPENDING: text('older') });
    expect(await connectWith(both)).toEqual({
      problem: denied,
      connecting: { attempts: 3, refusals: wrongPasswords(3) },
    });
  });
});

describe('an IAM token', () => {
  const TOKEN = 'X-Amz-Signature=correct-horse';
  const asToken = ({ user, password }: Role) => {
    const asked: number[] = [];
    const source: CredentialSource = async (refused) => {
      asked.push(refused);
      return refused > 0 ? null : { user, password, isToken: true };
    };
    return { asked, source };
  };

  test('that is refused is tried again, one at a time and spaced, and the grants are named', async () => {
    await useRules(`host all "by ""ident""" all ident`);
    const { asked, source } = asToken({ ...byIdent, password: TOKEN });
    const connection = await connectWith(source, SHORT_MS);
    expect(connection).toMatchObject({
      problem: {
        code: 'connect-denied',
        message: expect.stringMatching(
          /^Could not connect to 127\.0\.0\.1:\d+ after \d+ tries in \d+ s: IAM authentication is refused \(28000\); run GRANT rds_iam TO "by ""ident""" there, and allow the function's role rds-db:connect for this user\.$/,
        ),
      },
    });
    const { attempts, refusals } = connection.connecting;
    // The try that the deadline cut off has no answer.
    const answered = refusals.filter(({ sqlstate }) => sqlstate !== '');
    expect(answered).toMatchObject([{ sqlstate: '28000', routine: 'auth_failed' }]);
    expect(attempts - (answered[0]?.count ?? 0)).toBeLessThanOrEqual(1);
    expect(attempts).toBeGreaterThan(1);
    // The first, and then never less than 200 ms between two.
    expect(attempts).toBeLessThanOrEqual(1 + SHORT_MS / 200);
    expect(asked).toEqual([0]);
    expect(inspect(connection, { depth: null })).not.toContain('horse');
  });

  test('gets in as soon as it is taken', async () => {
    await useRules(`host all "by ""ident""" all ident`);
    const trying = oneRefused('Ident authentication failed', () => connectWith(asToken(byIdent).source));
    await trying.refused;
    await useRules('');
    expect(await trying.ended).toMatchObject({ in: true });
  });

  test('of a role that takes passwords only is denied at once, with the same grants', async () => {
    const { asked, source } = asToken({ ...role, password: TOKEN });
    expect(await connectWith(source)).toMatchObject({
      problem: {
        code: 'connect-denied',
        message: expect.stringMatching(/\(28P01: .*\): run GRANT rds_iam TO "headroom" there, and allow/),
      },
      connecting: { attempts: 1, refusals: wrongPasswords(1) },
    });
    expect(asked).toEqual([0, 1]);
  });

  test('that a rule of the server rejects is denied at once', async () => {
    await useRules('host all headroom all reject');
    expect(await connectWith(asToken(role).source)).toMatchObject({
      problem: { code: 'connect-denied', message: expect.stringContaining('28000') },
      connecting: { attempts: 1 },
    });
    await useRules('');
  });

  test('on a full server is tried one at a time until a slot is free', async () => {
    const { sessions } = await fillUntilRefused(server, { role: server.superuser });
    const trying = oneRefused('sorry, too many clients already', () => connectWith(asToken(byIdent).source));
    await trying.refused;
    await Promise.all(sessions.map((session) => session.close()));
    expect(await trying.ended).toMatchObject({ in: true });
  });

  test('that fails so as a password is a denial', async () => {
    await useRules(`host all "by ""ident""" all ident`);
    const connection = await connectWith(async () => byIdent);
    expect(connection).toMatchObject({
      problem: {
        code: 'connect-denied',
        message: expect.stringContaining('check user and password (in the secret'),
      },
      connecting: { attempts: 1 },
    });
    await useRules('');
  });
});
