import { describe, expect, test } from 'vitest';
import { passwordIn } from '../../../functions/commands/server/password-file.ts';
import { readService } from '../../../functions/commands/server/service-file.ts';

const ACCOUNT = { host: 'db.example.com', port: 5432, database: 'headroom', user: 'headroom' };

describe('a password file', () => {
  test.each([
    ['an exact line', 'db.example.com:5432:headroom:headroom:s3cret', 's3cret'],
    ['stars', '*:*:*:*:s3cret', 's3cret'],
    ['the first line that matches', 'other:*:*:*:no\n*:*:*:headroom:first\n*:*:*:*:second', 'first'],
    ['a line of Windows', '*:*:*:*:s3cret\r\n', 's3cret'],
    ['a comment', '#*:*:*:*:no\n*:*:*:*:s3cret', 's3cret'],
    ['escapes in the password', '*:*:*:*:a\\:b\\\\c', 'a:b\\c'],
    ['a colon in the password', '*:*:*:*:a:b', 'a:b'],
    ['another port', '*:5433:*:*:no', null],
    ['another database', '*:*:postgres:*:no', null],
    ['another role', '*:*:*:postgres:no', null],
    ['a line with too few fields', '*:*:*:no', null],
    ['an empty file', '', null],
  ])('with %s', (_, text, expected) => {
    expect(passwordIn(text, ACCOUNT)).toBe(expected);
  });

  test('has names with colons, escaped', () => {
    const line = '\\:\\:1:*:*:a\\\\b:s3cret';
    expect(passwordIn(line, { ...ACCOUNT, host: '::1', user: 'a\\b' })).toBe('s3cret');
  });

  test.each([
    ['/tmp', 's3cret'],
    ['/var/run/postgresql', 's3cret'],
    ['/srv/sockets', null],
  ])('calls the socket in %s localhost where libpq does', (host, expected) => {
    expect(passwordIn('localhost:*:*:*:s3cret', { ...ACCOUNT, host })).toBe(expected);
  });
});

const FILE = `# comment
[orders]
host=db.example.com
port=6432
dbname=shop
# user=other
user=oncall
password=a=b
application_name=psql

[other]
host=other.example.com
`;

describe('a service file', () => {
  test('says where its section names a key that we use, and lists the others', () => {
    const { named, ignored } = readService(FILE, 'orders') ?? {};
    expect(Object.fromEntries(Object.entries(named ?? {}).map(([key, { text }]) => [key, text]))).toEqual({
      host: 'db.example.com',
      port: '6432',
      database: 'shop',
      user: 'oncall',
      password: 'a=b',
    });
    expect(named?.port?.from).toBe('port in service "orders"');
    expect(ignored).toEqual(['application_name']);
  });

  test('ends a section where the next one begins', () => {
    expect(readService(FILE, 'other')?.named).toEqual({
      host: { text: 'other.example.com', from: 'host in service "other"' },
    });
  });

  test('without the section says nothing', () => {
    expect(readService(FILE, 'order')).toBeNull();
  });

  test('with another line in the section is refused, without quoting it', () => {
    const read = () => readService('[a]\nhost=h\ns3cret', 'a');
    expect(read).toThrow('line 3: found something else, expected key=value');
    expect(read).not.toThrow(/s3cret/);
  });
});
