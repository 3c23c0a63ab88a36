import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { type ResolvedServer, resolveServer } from '../../functions/commands/server/resolve-server.ts';
import { serverInEnvironment } from '../../functions/commands/server/server-environment.ts';
import { readServerUrl } from '../../functions/commands/server/server-url.ts';
import { serverAnswer } from '../../functions/core/base/sqlstate.ts';
import { tlsOptions } from '../../functions/postgres/connection/target.ts';

/** How the sessions are known in `pg_stat_activity`, in plans and in messages. */
const APPLICATION = 'pg-headroom-leak';
const USAGE = `Leaks sessions on purpose, to see in a staging account that they are found and ended. Never for production.

  npm run -s leak -- --url postgres://app@staging.example.com/app [--sessions 500]

It opens idle sessions until there are as many as asked for or the server refuses another one, and holds them until
Ctrl-C. Use an ordinary role: a superuser takes the reserved slots as well, and its sessions are never terminated.`;

const { url, sessions } = optionsGiven();
const atMost = Number(sessions);
if (url === undefined || !Number.isInteger(atMost) || atMost < 1) {
  console.error(USAGE);
  process.exit(2);
}

const { target, credentials } = serverAt(url);
const ssl = tlsOptions(target);
const held = new Set<Client>();
let refusal = '';

while (held.size < atMost && refusal === '') refusal = await leakOne();
console.log(`${held.size} sessions held${refusal === '' ? '' : `; then the server refused: ${refusal}`}`);
if (held.size > 0) console.log('Ctrl-C ends them.');

/** Nothing when there is anything else among them, such as `--help`: the usage is the answer to all of that. */
function optionsGiven(): { readonly url?: string; readonly sessions?: string } {
  try {
    return parseArgs({
      options: { url: { type: 'string' }, sessions: { type: 'string', default: '500' } },
    }).values;
  } catch {
    return {};
  }
}

function serverAt(url: string): ResolvedServer {
  try {
    return resolveServer([readServerUrl(url), { named: serverInEnvironment(process.env), findings: [] }]);
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exit(2);
  }
}

/** @returns why the server lets no more in; empty when it let this one in. */
async function leakOne(): Promise<string> {
  const { host, port, database } = target;
  const client = new Client({ host, port, database, ...credentials, ssl, application_name: APPLICATION });
  // A program that leaks does not look at its connections again; this one tells what becomes of them.
  client.on('error', (error) => {
    const sqlstate = serverAnswer(error)?.sqlstate;
    if (!held.delete(client)) return;
    console.log(`one ended (${sqlstate ?? error.message}), ${held.size} left`);
  });
  try {
    await client.connect();
    held.add(client);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
