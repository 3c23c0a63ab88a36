import middy from '@middy/core';
import { secretCredentials } from './aws/credentials.ts';
import { readRegistryItems } from './aws/fleet-run-items.ts';
import { authorityFiles } from './config/authority-files.ts';
import { FLEET_ENV, FLEET_TABLES } from './contract.ts';
import { REMEDIATE_ENV } from './core/declaration/remediate-variables.ts';
import { parseRegistryItem } from './core/fleet/registry-item.ts';
import { type Enrolled, type EnrolRequest, enrol, parseEnrolRequest } from './fleet/enrol.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';
import { runStatements } from './postgres/run-statements.ts';

/** Time kept free at the end to close the session. */
const RETURN_MS = 5_000;

/** Makes the roles of a fleet on one database, by the secret of its master user. A person invokes it, and waits. */
export const handler = middy<Parsed<string, EnrolRequest>, Enrolled>(timeUp)
  .use(logErrors())
  .use(parseInvocation((env) => env[FLEET_ENV.registry] ?? FLEET_TABLES.registry, parseEnrolRequest))
  .handler(({ config: table, input }, context) =>
    enrol(input, {
      readDatabase: async (key) => {
        const [row] = await readRegistryItems(table, [key]);
        return parseRegistryItem(key, row?.texts.item, row?.texts.accepted);
      },
      run: ({ host, port }, secret, statementsOf) => {
        const caFile = authorityFiles({
          configured: process.env[REMEDIATE_ENV.caFile],
          region: process.env.AWS_REGION,
          bundle: import.meta.dirname,
        });
        const target = { host, port, database: 'postgres', tls: { mode: 'verify', caFile } } as const;
        const deadline = Date.now() + context.getRemainingTimeInMillis() - RETURN_MS;
        return runStatements(target, secretCredentials(secret, target), deadline, statementsOf);
      },
      log: logLine,
    }),
  );
