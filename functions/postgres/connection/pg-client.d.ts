/** The driver's client alone: the package's entry brings a pool and a binding to libpq along. */
declare module 'pg/lib/client.js' {
  import type { Client as PgClient, Query } from 'pg';

  const Client: typeof PgClient & { readonly Query: typeof Query };
  type Client = PgClient;
  export default Client;
}
