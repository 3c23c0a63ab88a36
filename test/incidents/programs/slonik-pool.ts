import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/**
 * A pool of slonik. `RECORDER_MODULES` is a folder into which npm has installed it. Each line of input says how many
 * connections to borrow at once, use and give back, and is answered by "ok".
 */
const { RECORDER_MODULES = '', PGHOST, PGPORT, PGUSER } = process.env;
const { resolve } = createRequire(join(RECORDER_MODULES, 'package.json'));
const { createPool, sql } = await import(pathToFileURL(resolve('slonik')).href);
const pool = await createPool(`postgresql://${PGUSER}@${PGHOST}:${PGPORT}/postgres?sslmode=disable`, {
  maximumPoolSize: Number(process.argv[2]),
  idleTimeout: 'DISABLE_TIMEOUT',
  maximumConnectionAge: 'DISABLE_TIMEOUT',
});

type Lent = { readonly query: (statement: unknown) => Promise<unknown> };

/** All are lent before the first is given back. */
async function lendAll(count: number): Promise<void> {
  let waiting = count;
  const all = Promise.withResolvers<void>();
  const use = async (lent: Lent) => {
    await lent.query(sql.unsafe`SELECT count(*) FROM pg_class`);
    waiting -= 1;
    if (waiting === 0) all.resolve();
    await all.promise;
  };
  await Promise.all(Array.from({ length: count }, () => pool.connect(use)));
}

for await (const line of createInterface({ input: process.stdin })) {
  await lendAll(Number(line));
  process.stdout.write('ok\n');
}
process.exit(0);
