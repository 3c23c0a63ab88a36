import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mock } from 'node:test';
import { pathToFileURL } from 'node:url';

/**
 * A pool of postgres.js with its own lifetimes (30 to 60 minutes), whose timers run when the story says so.
 * `RECORDER_MODULES` is a folder into which npm has installed it. Each line of input is a request, answered by "ok": "use
 * COUNT" borrows so many connections at once, "pass MS" lets so much time pass for its timers.
 */
const { RECORDER_MODULES = '', PGHOST, PGPORT, PGUSER } = process.env;
const { resolve } = createRequire(join(RECORDER_MODULES, 'package.json'));
const { default: postgres } = await import(pathToFileURL(resolve('postgres')).href);
mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
const sql = postgres({
  host: PGHOST,
  port: Number(PGPORT),
  user: PGUSER,
  database: 'postgres',
  max: Number(process.argv[2]),
  ssl: false,
});

/** All are borrowed before the first is given back. */
async function useAll(count: number): Promise<void> {
  const borrowed = await Promise.all(Array.from({ length: count }, () => sql.reserve()));
  for (const client of borrowed) await client`SELECT count(*) FROM pg_class`;
  for (const client of borrowed) client.release();
}

for await (const line of createInterface({ input: process.stdin })) {
  const [what, amount] = line.split(' ');
  if (what === 'pass') mock.timers.tick(Number(amount));
  else {
    // It connects anew by a timer.
    const due = setInterval(() => mock.timers.tick(1), 5);
    await useAll(Number(amount));
    clearInterval(due);
  }
  process.stdout.write('ok\n');
}
process.exit(0);
