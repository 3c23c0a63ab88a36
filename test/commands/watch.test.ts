import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openIdle } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HAS_TERMINAL, runOnTerminal } from './on-terminal.ts';
import { runHeadroom } from './run-headroom.ts';

let server: TestServer;
let headroom: Role;
beforeAll(async () => {
  server = await startServer({ version: 18 });
  headroom = await createLeastPrivilegeRole(server);
  const app = await createRole(server, 'app');
  for (let count = 0; count < 3; count += 1)
    await openIdle(server, { role: app, application: 'billing-worker' });
});
afterAll(() => server.stop());

const args = () => [
  ...['plan', '--watch', '--every', '1', '--url'],
  `postgres://headroom@${server.host}:${server.port}/postgres`,
];

test('without a terminal, --watch is refused with what to do instead', async () => {
  const { code, stderr } = await runHeadroom(args());
  expect(stderr).toContain('--watch needs a terminal. Without one, headroom plan prints the plan once.');
  expect(code).toBe(2);
});

describe.runIf(HAS_TERMINAL)('on a terminal', () => {
  test.each([
    ['q', 'q', 0],
    ['Ctrl-C', '\u0003', 130],
  ])('the view is drawn over itself until %s, and then the terminal is as before', async (_, key, code) => {
    const ran = await runOnTerminal(args(), {
      environment: { PGPASSWORD: headroom.password, HOME: '/nonexistent' },
      columns: 60,
      rows: 14,
      steps: [{ shows: /billing-worker[\s\S]*billing-worker/, keys: key }],
    });
    expect(ran.code).toBe(code);
    expect(ran.screen.startsWith('\u001b[?1049h\u001b[?25l')).toBe(true);
    expect(ran.screen.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
    expect(ran.screen).not.toContain('\u001b[2J');
    const [first = ''] = ran.screen.split('\u001b[H').slice(1);
    const lines = stripVTControlCharacters(first).split(/\r*\n/);
    expect(lines.length).toBeLessThanOrEqual(14);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    await waitUntil(
      async () =>
        (await server.query("SELECT FROM pg_stat_activity WHERE usename = 'headroom'")).length === 0,
      { what: 'our session is gone' },
    );
  });
});
