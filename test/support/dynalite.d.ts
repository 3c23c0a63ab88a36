declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** DynamoDB's wire protocol over an in-memory store. Times are milliseconds. */
  export default function dynalite(options?: { readonly createTableMs?: number }): Server;
}
