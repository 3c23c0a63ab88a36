import * as z from 'zod/mini';
import { describe, described, matching, someOf, wholeNumber } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';

/** The shape of a budget.json. The error text of each schema says what is allowed, and describes it for editors. */

const MOST = 1_000_000;

const NAME = 'a name, exact, of at most 200 characters';
const name = (about: string) =>
  described(
    z.string({ error: NAME }).check(z.minLength(1, { error: NAME }), z.maxLength(200, { error: NAME })),
    about,
  );

/** A name as a key. `__proto__` is refused here and by the parser. */
const KEY = matching(/^(?!__proto__$)/, 'a name');

const limits = (about: string) => {
  const limit = wholeNumber(1, MOST, 'a CONNECTION LIMIT, a whole number from 1');
  return describe(about, z.optional(z.record(KEY, limit, { error: 'limits by name' })));
};
const hosts = z.optional(
  someOf(z.string({ error: 'a host name' }), 'host names that URLs use for it, at least one'),
);

const SURGE = 'pods that a rolling deployment adds: a whole number, or a share such as "25%"';
const surge = describe(
  SURGE,
  z.union([wholeNumber(0, MOST, SURGE), matching(/^\d{1,3}%$/, SURGE)], { error: SURGE }),
);
const COPIES = 'copies that run: a whole number, or an object with min, max and surge';
const replicas = describe(
  COPIES,
  z.union(
    [
      wholeNumber(0, MOST, COPIES),
      strictObject({
        min: z.optional(wholeNumber(0, MOST, 'the fewest copies, 0 or more')),
        max: wholeNumber(0, MOST, 'the most copies'),
        surge: z.optional(surge),
      }).check(z.refine(({ min = 0, max }) => min <= max, { error: 'a min of at most max' })),
    ],
    { error: COPIES },
  ),
);
const processes = z.optional(
  wholeNumber(1, MOST, 'processes or workers of one copy, each with a pool; 1 if left out'),
);
const pool = wholeNumber(1, MOST, 'the most connections of one pool, a whole number from 1 to 1000000');

const service = strictObject({
  name: name('The name of the service.'),
  to: z.optional(name('The server or pooler that it connects to; the only one if left out.')),
  replicas: z.optional(replicas),
  processes,
  pool,
  role: z.optional(name('The role that it logs in as, for a CONNECTION LIMIT.')),
  database: z.optional(name('The database that it connects to, for a CONNECTION LIMIT.')),
});

const server = strictObject({
  maxConnections: z.optional(
    wholeNumber(1, 262_143, 'max_connections; read from the server with --url or --record'),
  ),
  reserved: z.optional(
    wholeNumber(0, 262_143, 'slots that clients cannot get, of all reserves together; 3 if left out'),
  ),
  roles: limits('CONNECTION LIMIT by role.'),
  databases: limits('CONNECTION LIMIT by database.'),
  hosts,
});

const pooler = strictObject({
  to: z.optional(name('The server behind it; the only one if left out.')),
  pool: described(
    pool,
    'Server connections for each pair of role and database (default_pool_size of PgBouncer).',
  ),
  reserve: z.optional(
    wholeNumber(
      0,
      MOST,
      'more connections for each pair when clients wait (reserve_pool_size); 0 if left out',
    ),
  ),
  maxDatabaseConnections: z.optional(
    wholeNumber(1, MOST, 'the most server connections for one database (max_db_connections)'),
  ),
  maxClients: z.optional(wholeNumber(1, MOST, 'the most clients of one copy (max_client_conn)')),
  replicas: z.optional(replicas),
  processes,
  hosts,
});

const byName = <Value extends z.core.$ZodType>(value: Value, about: string) =>
  describe(about, z.optional(z.record(KEY, value, { error: about })));

export const budgetSchema = strictObject({
  $schema: z.optional(z.string({ error: 'the address of a JSON Schema' })),
  servers: byName(server, 'Servers by name.'),
  poolers: byName(pooler, 'Poolers by name.'),
  services: z.optional(z.array(service, { error: 'a list of services' })),
});

export type WrittenBudget = z.infer<typeof budgetSchema>;
