import type { Socket } from 'node:net';
import type { ClientConfig } from 'pg';
import Client from 'pg/lib/client.js';
import { OWN_APPLICATION } from '../core/session.ts';
import type { Credentials, Target, TlsOptions } from './target.ts';

/** The driver's client on a socket of ours: whoever has the socket can end the session, whatever state the client is in. */
export function clientOn(
  socket: Socket,
  target: Target,
  tls: TlsOptions,
  { user, password }: Credentials,
  more: ClientConfig & { readonly pipeline?: boolean } = {},
): Client {
  return new Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user,
    password,
    application_name: OWN_APPLICATION,
    ssl: tls,
    stream: () => socket,
    ...more,
  });
}
