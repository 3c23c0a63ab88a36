import { describe, expect, test } from 'vitest';
import { resolveServer } from '../../functions/commands/server/resolve-server.ts';
import { serverInEnvironment } from '../../functions/commands/server/server-environment.ts';
import { readServerUrl } from '../../functions/commands/server/server-url.ts';

function serverAt(url: string, environment: Readonly<Record<string, string>>) {
  return resolveServer([readServerUrl(url), { named: serverInEnvironment(environment), findings: [] }]);
}

const LOCAL = { host: '127.0.0.1', port: 5432, database: 'headroom', tls: { mode: 'off' } };
const REMOTE = { ...LOCAL, host: 'db.example.com', tls: { mode: 'verify', caFile: null } };

describe('a URL that parses', () => {
  test.each([
    ['postgres://u:p@127.0.0.1', LOCAL],
    ['postgresql://u:p@127.0.0.1/', LOCAL],
    ['postgres://u:p@127.9.9.9:6000/db', { ...LOCAL, host: '127.9.9.9', port: 6000, database: 'db' }],
    ['postgres://u:p@localhost', { ...LOCAL, host: 'localhost' }],
    ['postgres://u:p@[::1]:6000', { ...LOCAL, host: '::1', port: 6000 }],
    ['postgres://u:p@%2Fvar%2Frun:6000', { ...LOCAL, host: '/var/run', port: 6000 }],
    ['postgres://u:p@db.example.com', REMOTE],
    ['postgres://u:p@db.example.com?sslmode=verify-full', REMOTE],
    ['postgres://u:p@db.example.com/?sslmode=disable', { ...REMOTE, tls: { mode: 'off' } }],
    [
      'postgres://u:p@db.example.com/a%20b?sslrootcert=ca%2Fx.pem',
      { ...REMOTE, database: 'a b', tls: { mode: 'verify', caFile: 'ca/x.pem' } },
    ],
    ['postgres://u:p@127.0.0.1?sslrootcert=ca.pem', { ...LOCAL, tls: { mode: 'verify', caFile: 'ca.pem' } }],
    ['postgres://u:p@[2001:db8::1]', { ...REMOTE, host: '2001:db8::1' }],
  ])('%s', (url, target) => {
    expect(serverAt(url, {}).target).toEqual(target);
  });

  test.each([
    ['postgres://u:p@h', {}, { user: 'u', password: 'p' }],
    ['postgres://u:p@h', { PGPASSWORD: 'e' }, { user: 'u', password: 'p' }],
    ['postgres://u@h', { PGPASSWORD: 'e' }, { user: 'u', password: 'e' }],
    ['postgres://u:@h', { PGPASSWORD: 'e' }, { user: 'u', password: 'e' }],
    ['postgres://u@h', {}, { user: 'u', password: '' }],
    ['postgres://h', { PGUSER: 'e', PGPASSWORD: 'f' }, { user: 'e', password: 'f' }],
    ['postgres://u@h', { PGUSER: 'e' }, { user: 'u', password: '' }],
    ['postgres://a%40b:p%3A%2F%40:q@h', {}, { user: 'a@b', password: 'p:/@:q' }],
    ['postgres://u:p@ss@h', {}, { user: 'u', password: 'p@ss' }],
  ])('%s with the environment %o takes the right credentials', (url, environment, credentials) => {
    expect(serverAt(url, environment).credentials).toEqual(credentials);
  });
});

/** Every URL below has this password, or half of it, somewhere. */
const SECRET = /s3cr|3t/;

function problemOf(url: string): { readonly code: string; readonly message: string } {
  try {
    serverAt(url, {});
  } catch (error) {
    return error as { readonly code: string; readonly message: string };
  }
  throw new Error('It parsed');
}

describe('a URL that does not parse is refused without a part of its password', () => {
  test.each([
    ['', '--url: missing, expected postgres://USER@HOST'],
    ['s3cr3t', '--url: found an address without postgres://USER@ before it'],
    [
      '127.0.0.1',
      '--url: found an address without postgres://USER@ before it, expected postgres://USER@HOST',
    ],
    ['s3cr3t.example.com:5432/db', '--url: found an address without postgres://USER@ before it'],
    ['s3cr3t@h', '--url: found an address without postgres://USER@ before it'],
    ['mysql://u:s3cr3t@h', '--url: found another beginning than postgres://'],
    ['postgres:/u:s3cr3t@h', '--url: found another beginning than postgres://'],
    ['postgres://u:s3cr3t', 'user: missing, expected a role before the @ of the URL'],
    ['postgres://u:s3cr/3t@h', 'a special character is not percent-encoded'],
    ['postgres://u:s3cr?3t@h', 'a special character is not percent-encoded'],
    ['postgres://u:s3cr#3t@h', 'a special character is not percent-encoded'],
    ['postgres://u:s3cr3t@h/db#x', 'a special character is not percent-encoded'],
    ['postgres://u:s3cr3t@h/db/more', 'a special character is not percent-encoded'],
    ['postgres://:s3cr3t@h', 'user: missing'],
    ['postgres://u:s3cr%3t@h', 'password: found a stray %'],
    ['postgres://u:s3cr3t@', 'host: missing'],
    ['postgres://u:s3cr3t@a,b', 'host: found other characters, expected one name'],
    ['postgres://u:s3cr3t@[nine]', 'host: found something else in brackets'],
    ['postgres://u:s3cr3t@h:0', 'port: found 0, expected a port from 1 to 65535'],
    ['postgres://u:s3cr3t@h:65536', 'port: found 65536'],
    ['postgres://u:s3cr3t@h:s3cr', 'port: found no number'],
    ['postgres://u:s3cr3t@h?sslmode=require', 'sslmode: found "require", expected verify-full, or disable'],
    ['postgres://u:s3cr3t@h?sslmode=prefer', 'sslmode: found "prefer"'],
    ['postgres://u:s3cr3t@h?sslmode=verify-ca', 'sslmode: found "verify-ca"'],
    ['postgres://u:s3cr3t@h?sslmode=disable&sslmode=verify-full', 'sslmode: found a second one'],
    ['postgres://u:s3cr3t@h?ssl=off', 'query: found "ssl", expected sslmode and sslrootcert'],
    ['postgres://u:s3cr3t@h?sslrootcert=', 'sslrootcert: missing'],
    ['postgres://u:s3cr3t@h?sslmode=disable&sslrootcert=a', 'sslrootcert: found a file without TLS'],
    ['postgres://u:s3cr3t@%2Ftmp?sslmode=verify-full', 'a Unix socket has no TLS'],
  ])('%s', (url, expected) => {
    const { code, message } = problemOf(url);
    expect(code).toBe('config-invalid');
    expect(message).toContain(expected);
    expect(message).not.toMatch(SECRET);
  });

  test('with all its problems at once', () => {
    const { message } = problemOf('postgres://:s3cr%3t@:0?x=1&sslmode=require');
    for (const path of ['user', 'password', 'host', 'port', 'query', 'sslmode'])
      expect(message).toContain(`${path}: `);
  });
});

describe('what the URL leaves out comes from the variables of libpq', () => {
  test.each([
    ['postgres://u@h.example', { PGPORT: '6000', PGDATABASE: 'shop' }, { port: 6000, database: 'shop' }],
    [
      'postgres://u@h.example:7000/db',
      { PGPORT: '6000', PGDATABASE: 'shop' },
      { port: 7000, database: 'db' },
    ],
    ['postgres://u@', { PGHOST: '10.0.0.7' }, { host: '10.0.0.7', tls: { mode: 'verify', caFile: null } }],
    ['postgres://u@', { PGHOST: '/tmp' }, { host: '/tmp', tls: { mode: 'off' } }],
    ['postgres://u@h', { PGSSLMODE: 'disable', PGSSLROOTCERT: 'ca.pem' }, { tls: { mode: 'off' } }],
    ['postgres://u@h', { PGSSLROOTCERT: 'ca.pem' }, { tls: { mode: 'verify', caFile: 'ca.pem' } }],
    ['postgres://u@h', { PGSSLROOTCERT: 'system' }, { tls: { mode: 'verify', caFile: null } }],
    ['postgres://u@127.0.0.1', { PGSSLROOTCERT: 'ca.pem' }, { tls: { mode: 'off' } }],
    ['postgres://u@127.0.0.1', { PGSSLMODE: 'verify-full' }, { tls: { mode: 'verify', caFile: null } }],
  ])('%s with %o', (url, environment, target) => {
    expect(serverAt(url, environment).target).toMatchObject(target);
  });

  test.each([
    [{ PGPORT: 'five' }, 'PGPORT: found no number, expected a port from 1 to 65535'],
    [{ PGSSLMODE: 'require' }, 'PGSSLMODE: found "require", expected verify-full, or disable'],
    [{ PGHOST: 'a,b' }, 'PGHOST: found other characters, expected one name or address'],
  ])('an error names the variable: %o', (environment, expected) => {
    expect(() => serverAt('postgres://u@', { PGHOST: 'h', ...environment })).toThrow(expected);
  });
});
