import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aServer } from '../../infra/synthesis.ts';
import { type LoopbackAws, startLoopbackAws } from '../../support/loopback-aws.ts';
import { LOOPBACK_IDENTITY } from '../../support/loopback-server.ts';
import { type Role, startServer, type TestServer } from '../../support/postgres-server.ts';
import { createLeastPrivilegeRole } from '../../support/roles.ts';
import { HAS_TERMINAL, runOnTerminal } from '../on-terminal.ts';
import { runHeadroom } from '../run-headroom.ts';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg-headroom/orders-Ab3dEf';

let server: TestServer;
let role: Role;
let aws: LoopbackAws;
let folder: string;
/** Where the server is, as variables of libpq. */
let address: Readonly<Record<string, string>>;

const file = (name: string, text: string, mode = 0o600) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-inputs-'));
  server = await startServer({ version: 18 });
  role = await createLeastPrivilegeRole(server);
  await server.query('CREATE DATABASE headroom');
  address = { HOME: folder, PGHOST: server.host, PGPORT: String(server.port), PGSSLMODE: 'disable' };
  aws = await startLoopbackAws({
    secrets: {
      [SECRET]: {
        SecretString: JSON.stringify({ username: role.user, password: role.password, host: server.host }),
      },
    },
  });
});
afterAll(async () => {
  await server.stop();
  await aws[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const planned = (environment: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  runHeadroom(['plan', ...args], { environment });

describe('the server and the login come from', () => {
  test('the variables of libpq', async () => {
    const ran = await planned({ ...address, PGUSER: role.user, PGPASSWORD: role.password });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain(`${server.host}:${server.port}`);
  });

  test('a service and a password file', async () => {
    const service = `[orders]\nhost=${server.host}\nport=${server.port}\nuser=${role.user}\nsslmode=disable\nconnect_timeout=3\n`;
    const ran = await planned({
      HOME: folder,
      PGSERVICE: 'orders',
      PGSERVICEFILE: file('services.conf', service),
      PGPASSFILE: file('passwords', `*:*:headroom:${role.user}:${role.password}\n`),
    });
    expect(ran).toMatchObject({
      code: 0,
      stderr: 'The service "orders" has keys that headroom does not use: connect_timeout.\n',
    });
  });

  test('~/.pgpass, but not when others may read it', async () => {
    const path = file('.pgpass', `${server.host}:${server.port}:*:*:${role.password}\n`);
    expect(await planned({ ...address, PGUSER: role.user })).toMatchObject({ code: 0, stderr: '' });
    chmodSync(path, 0o644);
    const refused = await planned({ ...address, PGUSER: role.user });
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`The password file ${path} is not used, because others may read it`);
    rmSync(path);
  });

  test('the declaration, with its policy and its secret', async () => {
    const policy = { relieve: { when: { usedPercent: 91 }, until: { usedPercent: 81 } } };
    const { schedule: _, ...declared } = aServer({
      host: server.host,
      port: server.port,
      tls: 'off',
      secretArn: SECRET,
      policy,
    });
    const path = file('cdk.json', JSON.stringify({ context: { servers: [declared] } }));
    const environment = { HOME: folder, ...LOOPBACK_IDENTITY, ...aws.environment };
    const ran = await planned(environment, 'orders', '--declaration', path);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('acts at 91 % used');
    const own = await planned(
      { HOME: folder, PGUSER: role.user, PGPASSWORD: role.password },
      'orders',
      '--declaration',
      path,
    );
    expect(own).toMatchObject({ code: 0, stderr: '' });
    const typo = await planned(environment, 'ordrs', '--declaration', path);
    expect(typo).toMatchObject({ code: 2, stdout: '' });
    expect(typo.stderr).toContain('declares no server "ordrs": it declares orders.');
  });
});

test('PGOPTIONS is not used, and said so', async () => {
  const options = '-c log_min_messages=fatal';
  const environment = { ...address, PGUSER: role.user, PGPASSWORD: role.password, PGOPTIONS: options };
  const { code, stderr } = await planned(environment);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'PGOPTIONS is set and not used: all settings of our session are our own.\n',
  });
});

test.each([
  [
    'without a password',
    {},
    /asks for the password of role "headroom", and we have none.\nNo password was given: set PGPASSWORD/,
  ],
  ['an unknown service', { PGSERVICE: 'nowhere' }, /PGSERVICE names "nowhere", and no file has that service/],
  ['a port that is none', { PGPORT: 'x' }, /PGPORT: found no number, expected a port from 1 to 65535/],
])('%s, the answer says what to do next', async (_, environment, expected) => {
  const { code, stdout, stderr } = await planned({ ...address, PGUSER: role.user, ...environment });
  expect(stderr).toMatch(expected);
  expect(stderr).not.toMatch(/SASL|SCRAM|HEADROOM_/);
  expect(stdout).toBe('');
  expect(code).toBeGreaterThan(1);
});

describe.runIf(HAS_TERMINAL)('on a terminal', () => {
  test('the command asks for the password and shows nothing of it', async () => {
    const url = `postgres://${role.user}@${server.host}:${server.port}`;
    const { code, screen } = await runOnTerminal(['plan', '--url', url], {
      environment: { HOME: folder },
      steps: [{ shows: 'Password of role headroom: ', keys: `${role.password}x\u007f\r` }],
    });
    expect(screen).toContain('Healthy');
    expect(screen).not.toContain(role.password);
    expect(code).toBe(0);
  });

  test('Ctrl-C at the question ends the command with 130', async () => {
    const { code, screen } = await runOnTerminal(['plan'], {
      environment: { ...address, PGUSER: role.user },
      steps: [{ shows: 'Password of role headroom: ', keys: '\u0003' }],
    });
    expect(code).toBe(130);
    expect(screen).not.toContain('Healthy');
  });
});
