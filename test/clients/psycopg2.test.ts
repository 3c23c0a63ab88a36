import { python } from './commands.ts';
import { isInstalled } from './installed.ts';
import { ANSWERS, proveRows } from './prove-rows.ts';
import { requestPlay } from './request-play.ts';
import { PSYCOPG2 } from './rows/psycopg2.ts';
import type { Start } from './scene.ts';

const tells = /Error/;
const api = (...args: Parameters<typeof python>): Start => ({
  ...python(...args),
  application: 'orders-api',
});
/** More than there are slots. */
const requests = Array.from({ length: 30 }, (_, at) => `customer ${at}`);

if (isInstalled('psycopg2'))
  proveRows(
    PSYCOPG2,
    () => ({
      start: { ...python('getconn.py', '--putconn'), application: 'storefront' },
      request: '1',
      health: ANSWERS,
    }),
    {
      getconn: () =>
        requestPlay({
          start: api('getconn.py'),
          mended: () => api('getconn.py', '--putconn'),
          work: [requests],
          afterwards: ['1', '2'],
          tells,
        }),
      withConn: () =>
        requestPlay({
          start: api('with_conn.py'),
          mended: () => api('with_conn.py', '--closing'),
          work: [requests],
          afterwards: ['customer 1', 'customer 1', 'customer 1'],
          tells,
        }),
      large: () =>
        requestPlay({
          start: api('large_pool.py', '11', '11'),
          mended: (most) => api('large_pool.py', '1', String(Math.floor(most / 3))),
          work: [
            ['open', '11'],
            ['open', '11'],
            ['open', '11'],
          ],
          afterwards: Array.from({ length: 10 }, () => '11'),
          tells,
        }),
    },
  );
