import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { mock } from 'node:test';
import { Pool } from 'pg';

/**
 * node-postgres's own pool, whose timers run when the story says so. Each line of input is a request, answered by "ok":
 * "use COUNT" borrows so many connections at once, "pass MS" lets so much time pass for its timers.
 */
mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
const [max = '10', maxLifetimeSeconds = '0', localAddress = '127.0.0.1'] = process.argv.slice(2);
const pool = new Pool({
  max: Number(max),
  maxLifetimeSeconds: Number(maxLifetimeSeconds),
  idleTimeoutMillis: 0,
  ssl: false,
  database: 'postgres',
  ...(localAddress !== '' && { stream: () => socketFrom(localAddress) }),
});
pool.on('error', () => {});

function socketFrom(address: string): Socket {
  const socket = new Socket();
  const connect = Socket.prototype.connect.bind(socket);
  return Object.assign(socket, {
    connect: (port: number, host: string) => connect({ port, host, localAddress: address }),
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const [what, count] = line.split(' ');
  if (what === 'pass') mock.timers.tick(Number(count));
  else {
    const clients = await Promise.all(Array.from({ length: Number(count) }, () => pool.connect()));
    for (const client of clients) await client.query('SELECT count(*) FROM pg_class');
    for (const client of clients) client.release();
  }
  process.stdout.write('ok\n');
}
process.exit(0);
