import type { ArgumentSpec, HelpTopic, OptionSpec } from '../command.ts';

export const SERVER_ARGUMENT: ArgumentSpec = {
  form: '[server]',
  about: 'the name of a declared server, or a URL',
};

export const SERVER_OPTIONS: readonly OptionSpec[] = [
  { flags: '--url <url>', about: 'the server, by its URL' },
  {
    flags: '--declaration <file>',
    about: 'the file that declares the servers in its context',
    fallback: 'cdk.json',
  },
];

export const SERVER_TOPIC: HelpTopic = {
  title: 'The server',
  text: `A server is named in one of three ways. First: by its name in cdk.json, or STAGE/NAME where several stages have it. Its address, its policy and its login come from there; the secret is read, or the IAM token made, with your own AWS credentials. With PGUSER set, you log in as a role of your own. Second: by a URL. Third: by the environment alone, with PGHOST or PGSERVICE.
  postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...&sslrootcert=FILE
What the URL leaves out comes from PGSERVICE (in PGSERVICEFILE or ~/.pg_service.conf), and then from PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE and PGSSLROOTCERT. Then the defaults are port 5432 and database headroom, which role-sql makes. PGOPTIONS is not used, because all settings of our session are our own.
A password in the URL is seen in the process list. Better places are PGPASSWORD, ~/.pgpass or the file that PGPASSFILE names (mode 0600), or the question that the command asks on a terminal. Write special characters of a URL percent-encoded (@ is %40, / is %2F). In place of the host, the folder of a Unix socket is allowed, percent-encoded too (%2Fvar%2Frun%2Fpostgresql).
  sslmode=verify-full   TLS. Checks the certificate against sslrootcert and HOST. The
                        default for every host but a loopback address. Without
                        sslrootcert the usual authorities are trusted, for an RDS host
                        those of RDS.
  sslmode=disable       No TLS. The default for a loopback address and a Unix socket.
Other modes encrypt without checking which server answers, and are refused.`,
};
