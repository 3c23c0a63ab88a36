import type { Socket } from 'node:net';
import type { ClientConfig } from 'pg';
import Client from 'pg/lib/client.js';
import { OWN_APPLICATION } from '../../core/server/session.ts';
import type { Credentials, Target, TlsOptions } from './target.ts';

/**
 * The driver's client on a socket of ours. With the socket, our code can end the session in every state of the client.
 * `options` goes into the startup packet; null means none. The driver would otherwise take options from the environment
 * (PGOPTIONS, PGREPLICATION). Those are ignored, so that all settings of our session are ours.
 */
export function clientOnSocket(
  socket: Socket,
  target: Target,
  tls: TlsOptions,
  { user, password }: Credentials,
  options: string | null,
  more: ClientConfig & { readonly pipeline?: boolean } = {},
): Client {
  const client = new Client({
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
  const { connectionParameters } = client as unknown as { readonly connectionParameters: object };
  Object.assign(connectionParameters, {
    options: options ?? undefined,
    replication: undefined,
    binary: false,
  });
  return client;
}
