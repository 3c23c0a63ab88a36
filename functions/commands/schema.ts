import * as z from 'zod/mini';
import { budgetSchema } from '../core/budget/budget-schema.ts';
import { cdkJsonSchema } from '../core/declaration/server-declaration.ts';
import { policySchema } from '../core/policy/policy-schema.ts';
import { keptRecordSchema } from '../core/run/codec/record-schema.ts';
import { snapshotFileSchema } from '../core/server/snapshot-schema.ts';
import type { CommandSpec } from './command.ts';
import { EXIT } from './exit-code.ts';
import { print } from './terminal.ts';

const SCHEMAS = {
  policy: policySchema,
  servers: cdkJsonSchema,
  snapshot: snapshotFileSchema,
  record: keptRecordSchema,
  budget: budgetSchema,
} as const;

export const schema: CommandSpec<{ readonly kind: keyof typeof SCHEMAS }> = {
  name: 'schema',
  summary: 'Print the JSON Schema of policies, declared servers, snapshot files, records of runs or budgets.',
  arguments: [{ form: '<kind>', about: 'which file', choices: Object.keys(SCHEMAS) }],
  examples: ['headroom schema policy > policy.schema.json'],
  notes: `In the policy, the schema lets editors complete and check it:
  { "$schema": "./policy.schema.json", "mode": "observe" }
The schema "servers" describes a cdk.json that declares servers in its context.`,
  exits: { done: 'done' },
  run: ({ kind }) => {
    print(JSON.stringify(z.toJSONSchema(SCHEMAS[kind], { io: 'input' }), null, 2));
    return EXIT.done;
  },
};
