import { node } from './commands.ts';
import { ANSWERS, proveRows } from './prove-rows.ts';
import { requestPlay } from './request-play.ts';
import { NODE_POSTGRES } from './rows/node-postgres.ts';
import type { Start } from './scene.ts';

const tells = /^(error: |Emitted )/;
const named = (start: Start): Start => ({ ...start, application: 'orders-api' });
const api = (name: string, ...args: readonly string[]) => named(node(name, ...args));
/** More than there are slots. */
const requests = Array.from({ length: 30 }, (_, at) => String(at));

const checkedOut = (...handlers: readonly string[]) =>
  requestPlay({
    start: api('checked-out.ts', ...handlers),
    mended: () => api('checked-out.ts', '--pool-handler', '--release'),
    work: [requests],
    afterwards: ['1', '2'],
    tells,
  });

const perRequest = (...handlers: readonly string[]) =>
  requestPlay({
    start: api('client-per-request.ts', ...handlers),
    mended: () => api('client-per-request.ts', '--client-handler', '--end'),
    work: [requests],
    afterwards: ['1', '2'],
    tells,
  });

const large = (...handlers: readonly string[]) =>
  requestPlay({
    start: api('large-pool.ts', '--max=11', ...handlers),
    mended: (most) =>
      api('large-pool.ts', '--pool-handler', `--max=${Math.floor(most / 3)}`, '--idleTimeoutMillis=10000'),
    work: [['11'], ['11'], ['1']],
    afterwards: ['11', '1'],
    tells,
  });

proveRows(
  NODE_POSTGRES,
  () => ({
    start: { ...node('large-pool.ts', '--pool-handler', '--max=2'), application: 'storefront' },
    request: '2',
    health: ANSWERS,
  }),
  {
    checkedOut: () => checkedOut(),
    checkedOutPoolHandler: () => checkedOut('--pool-handler'),
    checkedOutBothHandlers: () => checkedOut('--pool-handler', '--client-handler'),
    large: () => large(),
    largeHandler: () => large('--pool-handler'),
    perRequest: () => perRequest(),
    perRequestHandler: () => perRequest('--client-handler'),
  },
);
