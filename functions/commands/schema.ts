import { Argument, type Command } from 'commander';
import * as z from 'zod/mini';
import { cdkJsonSchema } from '../core/declaration/server-declaration.ts';
import { policySchema } from '../core/policy/policy-schema.ts';
import { keptRecordSchema } from '../core/run/codec/record-schema.ts';
import { snapshotFileSchema } from '../core/server/snapshot-schema.ts';
import { print } from './terminal.ts';

const SCHEMAS = {
  policy: policySchema,
  servers: cdkJsonSchema,
  snapshot: snapshotFileSchema,
  record: keptRecordSchema,
} as const;

const HELP = `
Example:
  headroom schema policy > policy.schema.json
and in the policy, so that editors complete it:
  { "$schema": "./policy.schema.json", "mode": "observe" }
The schema "servers" is that of cdk.json, whose context declares the servers.`;

export function addSchema(program: Command): void {
  const which = new Argument('<kind>', 'which file').choices(Object.keys(SCHEMAS));
  program
    .command('schema')
    .description('Print the JSON Schema of policies, declared servers, snapshot files or records of runs.')
    .addArgument(which)
    .addHelpText('after', HELP)
    .action((kind: keyof typeof SCHEMAS) => {
      print(JSON.stringify(z.toJSONSchema(SCHEMAS[kind], { io: 'input' }), null, 2));
    });
}
