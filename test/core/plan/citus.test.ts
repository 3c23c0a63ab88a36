import { expect, test } from 'vitest';
import { isServerProgram } from '../../../functions/core/server/client-technology.ts';
import { check, idleFor, one, type Scenario } from './scenario.ts';

/** Names as Citus writes them (connection_management.h); its maintenance daemon is a background worker. */
const INTERNAL = ['citus_internal', 'citus_rebalancer', 'citus_run_command'].map(
  (kind) => `${kind} gpid=10000012199`,
);

const WORKER: Scenario = {
  id: 'Citus',
  what: "what a coordinator opens on a worker stays, an application's session does not",
  sessions: [
    ...INTERNAL.map((application, at) =>
      one(`${at + 1} app@shop api 10.0.3.7 idle 9999`, { application, backendType: 'client backend' }),
    ),
    one('4 postgres@shop daemon local idle 9999', {
      application: 'Citus Maintenance Daemon',
      backendType: 'Citus Maintenance Daemon',
    }),
    one('5 app@shop api 10.0.3.7 idle 9999'),
  ],
  policy: idleFor('10s'),
  expected: {
    victims: [5],
    spared: Object.fromEntries(
      INTERNAL.map((_, at) => [at + 1, ['protected', 'backup, migration or monitoring']]),
    ),
  },
};

test(WORKER.what, () => check(WORKER));

test.each(INTERNAL)('%s is a program of a server, whose sessions no advice ends', (application) => {
  expect(isServerProgram({ application })).toBe(true);
});
