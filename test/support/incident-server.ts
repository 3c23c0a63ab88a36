import { expect } from 'vitest';
import type { Advice } from '../../functions/core/advice/advice.ts';
import type { Cause } from '../../functions/core/diagnosis/cause.ts';
import { statementsOf } from '../core/advice/statements.ts';
import { type ObservedAs, observedOn } from './by-hand.ts';
import { type Role, startServer, type TestServer, type Version } from './postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from './roles.ts';

/** A small server for incidents of the role `app`, beside the role `other`. */
export type IncidentServer = {
  readonly server: TestServer;
  readonly app: Role;
  readonly other: Role;
  /** What is advised at this moment, on this cause. */
  readonly advised: (cause: Cause, how: ObservedAs) => Promise<readonly Advice[]>;
  /** Pastes lines as a superuser. */
  readonly run: (lines?: readonly string[]) => Promise<void>;
  readonly isRefused: (role: Role, more?: object) => Promise<boolean>;
};

export async function startIncidentServer(version: Version): Promise<IncidentServer> {
  const server = await startServer({ version, settings: { max_connections: 40, max_wal_senders: 2 } });
  const headroom = await createLeastPrivilegeRole(server);
  const [app, other] = [await createRole(server, 'app'), await createRole(server, 'other')];
  await server.query('CREATE TABLE stock AS SELECT 1 AS id, 0 AS amount');
  await server.query('ALTER TABLE stock OWNER TO app');
  return {
    server,
    app,
    other,
    advised: async (cause, how) => {
      const { diagnosis, advice } = await observedOn(server, headroom, how);
      expect(diagnosis?.cause).toBe(cause);
      return advice;
    },
    run: async (lines = []) => {
      for (const statement of statementsOf(lines)) await server.query(statement);
    },
    isRefused: (role, more = {}) =>
      server.connect(role, more).then(
        (client) => client.end().then(() => false),
        ({ code }) => code === '53300',
      ),
  };
}

/** The one paste with these words. */
export function pasteWith(advice: readonly Advice[], words: string): NonNullable<Advice['paste']> {
  const paste = advice.find((each) => each.paste?.lines.some((line) => line.includes(words)))?.paste;
  if (paste === undefined) throw new Error(`Nothing advised has ${words}`);
  return paste;
}
