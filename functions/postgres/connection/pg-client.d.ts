/** Only the driver's client. The package's main entry would also load a pool and a binding to libpq. */
declare module 'pg/lib/client.js' {
  import type { Client as PgClient, Query } from 'pg';

  const Client: typeof PgClient & { readonly Query: typeof Query };
  type Client = PgClient;
  export default Client;
}
