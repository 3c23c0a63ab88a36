import type { Client, Draft, Kind, Truth } from '../drawing.ts';
import type { Random } from '../random.ts';
import { simulatePool } from '../simulated-pool.ts';
import { aPool, aProgram, crowded, DAY, HOUR, hosts, MINUTE, SECOND, uptime, type Who } from '../stage.ts';
import { idlePools } from './pools.ts';

/** A pool for each tenant's role: none is large. */
function manyRoles(random: Random): Draft {
  const roles = random.whole(10, 60);
  const size = random.whole(1, Math.min(6, Math.floor(220 / roles)));
  const application = random.oneOf(['saas-api', '', 'PostgreSQL JDBC Driver']);
  const addresses = hosts(random, random.whole(1, 4));
  const deployedMs = random.log(3 * HOUR, 20 * DAY);
  const lifetimeMs = random.chance(0.5) ? random.log(10 * MINUTE, 2 * HOUR) : null;
  const rules = aPool(random, {
    size,
    lifetimeMs,
    jitter: 0.025,
    requestEveryMs: random.chance(0.5) ? random.log(MINUTE, HOUR) : null,
  });
  const clients = Array.from(
    { length: roles },
    (_, at) => `tenant_${String(at + 1).padStart(3, '0')}`,
  ).flatMap((user) =>
    addresses
      .slice(0, random.whole(1, addresses.length))
      .flatMap((address) =>
        simulatePool(
          random,
          { user, database: user, application, address },
          { ...rules, startedAt: -deployedMs + random.next() * 5 * MINUTE },
        ),
      ),
  );
  const truth: Truth = {
    causes: ['oversized-idle-pools'],
    culprit: ({ user }) => user.startsWith('tenant_') && user.includes('*'),
  };
  return crowded(random, clients, truth, {
    neighbourShare: random.between(0.02, 0.15),
    uptimeMs: uptime(random, deployedMs),
  });
}

/** The same with a name of its own for each customer's role. */
function rolesByCustomer(random: Random): Draft {
  const customers = [
    'acme',
    'globex',
    'initech',
    'umbrella',
    'stark',
    'wayne',
    'hooli',
    'soylent',
    'tyrell',
    'cyberdyne',
    'wonka',
    'oscorp',
    'gekko',
    'vandelay',
  ];
  const ending = random.oneOf(['_app', '-service', '_rw']);
  const addresses = hosts(random, random.whole(1, 3));
  const deployedMs = random.log(3 * HOUR, 20 * DAY);
  const lifetimeMs = random.chance(0.5) ? random.log(10 * MINUTE, 2 * HOUR) : null;
  const rules = aPool(random, { size: random.whole(1, 4), lifetimeMs, jitter: 0.025 });
  const application = random.oneOf(['saas-api', '']);
  const clients = customers.slice(0, random.whole(9, 14)).flatMap((customer) =>
    addresses.flatMap((address) => {
      const who = { user: `${customer}${ending}`, database: customer, application, address };
      return simulatePool(random, who, { ...rules, startedAt: -deployedMs + random.next() * 5 * MINUTE });
    }),
  );
  const culprit: Truth['culprit'] = ({ user }) => user.startsWith('*') && user.endsWith(ending);
  return crowded(
    random,
    clients,
    { causes: ['oversized-idle-pools'], culprit },
    { neighbourShare: random.between(0.02, 0.15), uptimeMs: uptime(random, deployedMs) },
  );
}

/** SQLAlchemy's pool_recycle: a connection that is older is replaced when it is lent, and a rollback follows each use. */
function recycledWhenLent(random: Random): Draft {
  const who = aProgram(random);
  const count = random.whole(1, 12);
  const size = random.whole(5, 15);
  const recycleMs = random.log(10 * MINUTE, 2 * HOUR);
  const deployedMs = random.log(8, 100) * recycleMs;
  // Each connection is used less often than it may live: every use opens a new one.
  const everyMs = recycleMs * random.between(1.1, 4);
  const clients = hosts(random, count).flatMap((address) =>
    Array.from({ length: size }, (): Client => {
      const openedAt = -Math.min(deployedMs, random.wait(everyMs) + SECOND);
      return {
        ...who,
        address,
        openedAt,
        since: openedAt + random.between(5, 300),
        state: 'idle',
        statement: 'ROLLBACK',
      };
    }),
  );
  const truth = idlePools(who, { lacksEvidence: count < 3 });
  return crowded(random, clients, truth, { uptimeMs: uptime(random, deployedMs), hidden: 0 });
}

function foreignServers(random: Random): Draft {
  const who: Who = { user: 'fdw_reader', application: 'postgres_fdw', database: 'warehouse' };
  const count = random.wholeLog(15, 120);
  const overMs = random.log(10 * MINUTE, 3 * DAY);
  const [address = ''] = hosts(random, 1);
  const clients = Array.from({ length: count }, (): Client => {
    const openedAt = -overMs * random.next() - SECOND;
    const since = random.chance(0.5)
      ? openedAt * random.next()
      : openedAt + Math.min(-openedAt * 0.5, random.log(5, 500));
    return {
      ...who,
      address,
      openedAt,
      since: Math.min(since, -1),
      state: 'idle',
      statement: 'COMMIT TRANSACTION',
    };
  });
  return crowded(random, clients, idlePools(who));
}

export const SPECIAL_POOLS: readonly Kind[] = [
  { name: 'many roles', told: 'A small pool for each of many roles', draw: manyRoles },
  { name: 'a role for each customer', told: 'The same under names of their own', draw: rolesByCustomer },
  {
    name: 'pool recycled when lent',
    told: 'SQLAlchemy with pool_recycle, each session used less often than that',
    draw: recycledWhenLent,
  },
  { name: 'postgres_fdw', told: 'One session for each remote session', draw: foreignServers },
];
