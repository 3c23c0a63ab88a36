import type { Client, Draft, Kind, Scene } from '../drawing.ts';
import type { Random } from '../random.ts';
import { simulatePool } from '../simulated-pool.ts';
import {
  aPool,
  aProgram,
  aStatement,
  crowded,
  DAY,
  HOUR,
  hosts,
  MINUTE,
  SECOND,
  type Who,
} from '../stage.ts';

/** What fills a limit: pools at rest or at work, or sessions that were leaked. */
function filling(random: Random, who: Who, isLeak: boolean): readonly Client[] {
  const count = random.whole(1, 5);
  const size = Math.max(2, Math.ceil(random.wholeLog(5, 60) / count));
  const requestMs = random.log(5, 300);
  const startedAt = -random.log(HOUR, 30 * DAY);
  return hosts(random, count).flatMap((address) => {
    const requestEveryMs = random.oneOf([null, random.log(MINUTE, HOUR), requestMs / (size * 0.8)]);
    const pool = aPool(random, { size, startedAt, requestMs, requestEveryMs, lending: 'first' });
    if (!isLeak) return simulatePool(random, { ...who, address }, pool);
    return Array.from({ length: size }, (_, at): Client => {
      const openedAt = startedAt * (1 - at / size);
      return {
        ...who,
        address,
        openedAt,
        state: 'idle',
        since: openedAt + random.log(3, 900),
        statement: aStatement(random),
      };
    });
  });
}

/** A full limit on a server with room, and clients that it refused. */
function limited(random: Random, kind: 'role' | 'database'): Draft {
  const who = aProgram(random);
  const programs = random.whole(1, 3);
  const isLeak = random.chance(0.4);
  const clients = Array.from({ length: programs }, (_, at) => {
    const application = at === 0 ? who.application : `job-${'abc'.charAt(at)}`;
    const user = kind === 'database' && at > 0 ? `${who.user}_${'abc'.charAt(at)}` : who.user;
    return filling(random, { ...who, application, user }, isLeak);
  }).flat();
  const { user, database } = who;
  const refused: Scene['refused'][number] = {
    count: random.wholeLog(1, 40),
    spanMs: random.log(SECOND, MINUTE),
    agoMs: random.log(500, 20_000),
    kind,
    user,
    database,
  };
  const limit = { name: kind === 'role' ? user : database, limit: clients.length };
  const isOfLimit = (group: Who) => (kind === 'role' ? group.user === user : group.user.startsWith(user));
  return crowded(
    random,
    clients,
    // A leak within a limit is a leak.
    { causes: isLeak ? [`${kind}-limit`, 'connection-leak'] : [`${kind}-limit`], culprit: isOfLimit },
    {
      trigger: 'log-lines',
      refused: [refused],
      free: Math.ceil(clients.length * random.between(0.6, 3)),
      limits: { [kind]: limit },
      hidden: 0,
    },
  );
}

export const LIMITS: readonly Kind[] = [
  {
    name: "a role's limit",
    told: 'A role has all sessions that it may have, and the server has room',
    draw: (random) => limited(random, 'role'),
  },
  {
    name: "a database's limit",
    told: 'The same of a database, with up to three programs in it',
    draw: (random) => limited(random, 'database'),
  },
];
