import { describe, expect, test } from 'vitest';
import { refusalIn } from '../support/refusal-in.ts';

const SAID = 'sorry, too many clients already';
const NOBODY = { user: null, database: null, address: null };

describe('Lines of a server', () => {
  test.each([
    '53300 2026-11-21 03:15:20.123 UTC [4711] ',
    '53300 2026-11-21 03:15:20.123 UTC [47110] ',
    '2026-11-21 03:15:20.123 UTC 53300 [47110] ',
    '2026-11-21 03:15:20.123 UTC;app;orders;10.0.3.17;53300;',
  ])('in other languages are known by the SQLSTATE before or after the process: %s', (prefix) => {
    const said = 'FATAL:  désolé, trop de clients sont déjà connectés';
    expect(refusalIn(`${prefix}${said}`)).toMatchObject({
      kind: 'unknown-53300',
      user: null,
      database: null,
    });
    expect(refusalIn(`${prefix.replace('53300', '57P01')}${said}`)).toBeNull();
    expect(refusalIn(`${prefix.replace('53300', '4711')}${said}`)).toBeNull();
  });

  test.each([
    'db=my db,user=app,app=web,sqlstate=53300 ',
    'db=my db,user=app,app=psql,sqlstate=53300 ',
    'user=app db=my db error_code=53300 ',
    'UTC [1-1] db=orders,user=app,app=psql,client=::1,sqlstate=53300 ',
  ])('are refusals of nobody where a key of the SQLSTATE stands beside what is not known: %s', (keys) => {
    const line = `2026-11-21 03:15:20.123 UTC [4711] ${keys}`;
    expect(refusalIn(`${line}FATAL:  ${SAID}`)).toMatchObject({ kind: 'server', ...NOBODY });
    expect(refusalIn(`${line}ERROR:  ${SAID}`)).toBeNull();
    expect(refusalIn(`${line}FATAL:  password authentication failed for user "${SAID}"`)).toBeNull();
  });

  test.each([
    'user=app 53300,db=orders,client=::1 ',
    'user=app 10.0.0.9,db=orders ',
    'db=orders 53300 user=app ',
    'user=app 7 8,db=orders,app=x ',
  ])('give no piece of a name away, and no SQLSTATE that is one: %s', (keys) => {
    const line = `2026-11-21 03:15:20.123 UTC [4711] ${keys}`;
    expect(refusalIn(`${line}FATAL:  ${SAID}`)).toEqual({ kind: 'server', ...NOBODY, figures: null });
    expect(refusalIn(`${line}FATAL:  Rolle »app 53300« existiert nicht`)).toBeNull();
  });

  test.each([
    'user=app db=orders client=::1 ',
    'user=app,db=orders 53300 ',
    '53300 user=app db=orders host=::1 ',
  ])('are told by names with keys beside one another: %s', (keys) => {
    const line = `2026-11-21 03:15:20.123 UTC [4711] ${keys}FATAL:  ${SAID}`;
    expect(refusalIn(line)).toMatchObject({ user: 'app', database: 'orders' });
  });
});
