import * as z from 'zod/mini';
import { described, matching, oneOf, wholeNumber } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { POOLER_KINDS, type PoolerKind } from '../server/pooler-kind.ts';

/** How a server's pooler is declared in cdk.json, in the construct and in the function's environment. */

const HOST = "the pooler's own host name or address, without scheme and port";
const SECRET =
  'the complete ARN of a secret with user name and password for the console, where they are not those of the server';
const SECRET_FORM = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$/;

/** A function, so that functions without a pooler do not build the schema. */
export const poolerDeclaration = () =>
  described(
    strictObject({
      kind: oneOf(POOLER_KINDS, 'which pooler it is'),
      host: matching(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, HOST),
      port: z.optional(
        wholeNumber(1, 65_535, 'a port from 1 to 65535; 6432, or 9999 for pgpool, if left out'),
      ),
      secretArn: z.optional(matching(SECRET_FORM, SECRET)),
      tls: z.optional(oneOf(['verify', 'off'], '"off" only for a network that you trust')),
      caFile: z.optional(
        matching(/^\/\S+$/, "the absolute path of a PEM file in the function's file system"),
      ),
    }),
    'the pooler in front of the server, whose console is read while a run takes its snapshot',
  );
export type PoolerDeclaration = z.infer<ReturnType<typeof poolerDeclaration>>;

/** The finding for a pooler without a password: IAM logins do not work there. */
export const NO_PASSWORD = {
  found: 'nothing',
  allowed: "the pooler's own secret: a pooler accepts no IAM token, and the server has no password",
} as const;

export const POOLER_PORTS: Readonly<Record<PoolerKind, number>> = {
  pgbouncer: 6432,
  pgpool: 9999,
  odyssey: 6432,
};
