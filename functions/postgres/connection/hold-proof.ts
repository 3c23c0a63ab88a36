import type { Client } from 'pg';

/** A login that has a slot and a proof of its password, and has not sent the proof yet. */
export type ReadyLogin = {
  readonly prove: () => void;
  /** The server that this login reached. A name may have several addresses. */
  readonly address: string | null;
  /** Closes the connection. The server frees the slot, and writes nothing into its log. */
  readonly giveUp: () => void;
};

/** Members of `pg` that its types leave out. With TLS it replaces `stream`. */
type Connection = {
  readonly once: (event: string, listener: () => void) => unknown;
  readonly stream: { readonly end: () => unknown; readonly remoteAddress?: string | undefined };
  password: (hash: string) => void;
  sendSCRAMClientFinalMessage: (proof: string) => void;
};

/**
 * Calls `ready` in place of sending a proof (SCRAM, MD5). A password in clear text is sent at once: the server often asks
 * another service about it (IAM, LDAP, RADIUS), so its answer takes longer than slots stay free.
 */
export function holdProof(client: Client, ready: (login: ReadyLogin) => void): void {
  const inner: unknown = Reflect.get(client, 'connection');
  const connection = inner as Connection;
  const loginWith = (prove: () => void): ReadyLogin => ({
    prove,
    address: connection.stream.remoteAddress ?? null,
    giveUp: () => connection.stream.end(),
  });
  const sendProof = connection.sendSCRAMClientFinalMessage.bind(connection);
  connection.sendSCRAMClientFinalMessage = (proof) => ready(loginWith(() => sendProof(proof)));
  // Before the listener of the driver, which answers with `password`.
  connection.once('authenticationMD5Password', () => {
    const sendHash = connection.password.bind(connection);
    connection.password = (hash) => ready(loginWith(() => sendHash(hash)));
  });
}
