import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { connect } from '../../functions/postgres/connection/connect.ts';
import { startServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { inMs, targetOf } from '../support/targets.ts';

/** "pghr" in ASCII: the class of our locks. */
const CLASS = 0x70676872;
const AT_ONCE = 500;

test.each([14, 18] as const)(
  'PostgreSQL %i: a stranger who fills the lock table is outwaited, and told of where he stays',
  async (version) => {
    await using server = await startServer({ version, settings: { max_connections: 10 } });
    const headroom = await createLeastPrivilegeRole(server);
    const stranger = await server.connect(await createRole(server, 'app'));
    let isFull = false;
    for (let from = 0, count = AT_ONCE; !isFull; from += count) {
      const statement = `SELECT pg_advisory_lock(${CLASS}, key) FROM generate_series(${from}, ${from + count - 1}) key`;
      await stranger.query(statement).catch((error: unknown) => {
        if (!(error instanceof DatabaseError && error.code === '53200')) throw error;
        isFull = count === 1;
        count = 1;
      });
    }
    const getIn = (withinMs: number) => connect(targetOf(server), async () => headroom, inMs(withinMs));

    const vain = await getIn(1_500);
    if ('database' in vain) throw new Error('It got in');
    expect(vain.connecting.attempts).toBeGreaterThan(1);
    expect(vain.problem).toMatchObject({
      code: 'connect-unreachable',
      message: expect.stringContaining('no memory left for another session (53200)'),
    });

    const waiting = getIn(15_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await stranger.query('SELECT pg_advisory_unlock_all()');
    const connection = await waiting;
    if ('problem' in connection) throw new Error(connection.problem.message);
    await connection.database.close();
  },
);
