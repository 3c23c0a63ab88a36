import { expect, test } from 'vitest';
import { attemptSession } from '../../functions/postgres/connection/attempt.ts';
import { listenOnLoopback } from '../support/proxy.ts';
import { targetOf } from '../support/targets.ts';

/** What a server in German and LATIN1 says to a role that it does not know, whose name it quotes. */
function refusal(): Buffer {
  const fields = {
    S: 'FATAL',
    V: 'FATAL',
    C: '28000',
    M: 'Rolle "josé" existiert nicht',
    F: 'miscinit.c',
    L: '1',
    R: 'InitializeSessionUserId',
  };
  const text = Object.entries(fields).map(([code, value]) => `${code}${value}\0`);
  const body = Buffer.from(`${text.join('')}\0`, 'latin1');
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

test("a server's message in another encoding is told, with ? for what cannot be read", async () => {
  await using server = await listenOnLoopback((client) => {
    client.once('data', () => client.end(refusal()));
  });
  const attempted = await attemptSession(targetOf(server), false, { user: 'josé', password: 'x' });
  expect(attempted).toMatchObject({
    kind: 'denied',
    answer: { sqlstate: '28000', routine: 'InitializeSessionUserId' },
    problem: { code: 'connect-denied', message: expect.stringContaining('Rolle "jos?" existiert nicht') },
  });
});
