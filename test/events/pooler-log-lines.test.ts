import { describe, expect, test } from 'vitest';
import { refusalsInBatch } from '../../functions/events/log-batch.ts';
import { refusalIn } from '../support/refusal-in.ts';

const SAID = 'sorry, too many clients already';

describe('Lines', () => {
  test('of PgBouncer tell one refusal of the server once', () => {
    const at = '2026-11-21 03:47:47.929 UTC [15634]';
    const lines = [
      `${at} WARNING S-0x55d0: orders/app@10.0.0.5:5432 server login failed: FATAL ${SAID}`,
      `${at} LOG S-0x55d0: orders/app@10.0.0.5:5432 closing because: FATAL: ${SAID} (age=0s)`,
    ];
    expect(refusalsInBatch(lines).filter((refusal) => refusal !== null)).toHaveLength(1);
  });

  /** As PgBouncer 1.26.1 wrote them when its server had no slot. */
  const OF_1_26 = (pid: number, client: string) => {
    const at = `2026-11-28 22:03:59.363 UTC [${pid}]`;
    return [
      `${at} WARNING server login failed: FATAL ${SAID}`,
      `${at} LOG C-0x5638fc54e1e0: orders/${client}@127.0.0.1:47458 closing because: ${SAID} (age=0s)`,
      `${at} WARNING C-0x5638fc54e1e0: orders/${client}@127.0.0.1:47458 pooler error: ${SAID}`,
      `${at} LOG S-0x5638fc563cb0: orders/${client}@127.0.0.1:17998 closing because: ${SAID} (age=0s)`,
    ];
  };

  test('of PgBouncer 1.26 tell it once, with the client that was refused', () => {
    const found = refusalsInBatch(OF_1_26(1294, 'app')).filter((refusal) => refusal !== null);
    expect(found).toMatchObject([{ user: 'app', database: 'orders', address: '127.0.0.1' }]);
  });

  test('of PgBouncer 1.26 tell each refused client, in each process', () => {
    const lines = [...OF_1_26(1294, 'app'), ...OF_1_26(1294, 'web'), ...OF_1_26(1295, 'app')];
    expect(refusalsInBatch(lines).filter((refusal) => refusal !== null)).toHaveLength(3);
  });

  test('of PgBouncer 1.26 tell the refusal of its own login where no client, or one of another process, is let go', () => {
    const [login = '', , client = ''] = OF_1_26(1294, 'app');
    expect(refusalsInBatch([login]).filter((refusal) => refusal !== null)).toHaveLength(1);
    const other = client.replace('[1294]', '[7]');
    expect(refusalsInBatch([login, other]).filter((refusal) => refusal !== null)).toHaveLength(2);
  });

  /** As PgBouncer 1.26.1 wrote them: a client waited for too long, and an idle session made room for another pool. */
  test('of PgBouncer tell a client that waited too long once, and no session that it closed for another', () => {
    const client = 'C-0x55bcf7cf5190: limited/slow@127.0.0.1:49098';
    const server = 'S-0x55bcf7d0a578: limited/slow@127.0.0.1:21900';
    const lines = [
      `2026-11-28 23:50:18.343 UTC [6474] LOG ${client} closing because: query_wait_timeout (age=3s)`,
      `2026-11-28 23:50:18.343 UTC [6474] WARNING ${client} pooler error: query_wait_timeout`,
      ...['pool_size', 'max_db_connections', 'max_user_connections'].map(
        (limit) =>
          `2026-11-28 23:50:18.343 UTC [6474] LOG ${server} closing because: evicted for ${limit} (age=3s)`,
      ),
    ];
    const found = refusalsInBatch(lines).filter((refusal) => refusal !== null);
    expect(found).toMatchObject([{ kind: 'pooler', user: 'slow', database: 'limited' }]);
  });

  /** As Odyssey 1.5.2 wrote them, to its clients and into its log. The last of each is from its source. */
  test.each([
    'FATAL:  odyssey: c0fff8c1510fd: too many active clients for user (pool_size for user postgres.app reached 3)',
    'error: odyssey: c8527d9176c00: too many client tcp connections (client_max for user postgres.app 8)',
    'FATAL:  odyssey: c8527d9176c00: too many client tcp connections (global client_max)',
    'FATAL:  odyssey: c8527d9176c00: too many tcp connections (global client_max 20)',
    '7219 2026-11-28T23:51:04Z error [cacb21416cf5b none] (router) server pool wait timed out, closing',
    "7219 2026-11-28T23:51:50Z error [c8527d9176c00 none] (startup) route connection limit reached for client '127.0.0.1:46974', closing",
    "7219 2026-11-28T23:51:50Z error [c8527d9176c00 none] (startup) global connection limit reached for '127.0.0.1:46974' client, closing",
  ])('of Odyssey tell that the pooler refused: %s', (line) => {
    expect(refusalIn(line)).toMatchObject({ kind: 'pooler' });
  });

  test.each([
    'Sorry, too many clients already',
    'query_wait_timeout',
    'no more connections allowed (max_client_conn)',
  ])('of a server tell no refusal by a pooler where a client raised or wrote it: %s', (said) => {
    for (const severity of ['ERROR', 'WARNING', 'STATEMENT', 'DETAIL', 'LOG'])
      expect(refusalIn(`2026-11-21 03:15:20 UTC [1] app@orders ${severity}:  ${said}`)).toBeNull();
    expect(refusalIn(`STATEMENT:  ${said}`)).toBeNull();
  });

  test('without a prefix tell none between lines that have one', () => {
    const said = 'ERROR:  Sorry, too many clients already';
    const lines = [said, '2026-11-21 03:15:20 UTC [1] app@orders LOG:  connection received'];
    expect(refusalsInBatch(lines)).toEqual([null, null]);
    expect(refusalsInBatch([said])).toMatchObject([{ kind: 'pooler' }]);
  });

  test.each(['2026-11-21 03:15:20: pid 7: ', '2026-11-21 03:15:20.123: [unknown] pid 7: '])(
    'of pgpool-II tell its refusals at FATAL and at ERROR: %s',
    (prefix) => {
      for (const severity of ['FATAL', 'ERROR'])
        expect(refusalIn(`${prefix}${severity}:  Sorry, too many clients already`)?.kind).toBe('pooler');
      expect(refusalIn(`${prefix}LOG:  Sorry, too many clients already`)).toBeNull();
    },
  );
});
