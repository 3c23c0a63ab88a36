import * as z from 'zod/mini';
import { REGION_FORM } from '../base/region-form.ts';
import { described, matching, someOf, wholeNumber } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { policySchema } from '../policy/policy-schema.ts';
import { receiverFields } from './receiver-declaration.ts';
import {
  ALL_SETTINGS,
  type DeclaredKey,
  type PlainKey,
  type PropertyOf,
  type SERVER_SETTINGS,
} from './server-settings.ts';
import { keyArn, topicArn } from './setting-schemas.ts';

/**
 * The shape of the declarations in cdk.json. The constructs find contradictions, next to the code that uses
 * the values.
 */

type DeclaredFields = {
  readonly [Key in DeclaredKey]: ReturnType<(typeof SERVER_SETTINGS)[Key]['declared']>;
};

/** The fields of a declared server. The policy's own parser checks its policy. */
export const serverFields = Object.fromEntries(
  ALL_SETTINGS.flatMap(([key, { declared }]) => (declared === undefined ? [] : [[key, declared()]])),
) as DeclaredFields;

const serverSchema = strictObject(serverFields);

/** A declared server. Its policy is kept as it was written, because the function parses it again. */
export type ServerDeclaration = z.infer<typeof serverSchema>;

/** The settings that a construct takes as they are declared, by the names of its properties. */
export type PlainSettings = {
  readonly [Key in keyof ServerDeclaration as Key extends PlainKey ? PropertyOf<Key> : never]: Exclude<
    ServerDeclaration[Key],
    undefined
  >;
};

export function plainSettings(declared: ServerDeclaration): PlainSettings {
  const plain = ALL_SETTINGS.flatMap(([key, { byStacks, property = key }]) => {
    const value: unknown = Reflect.get(declared, key);
    return byStacks === true || value === undefined ? [] : [[property, value]];
  });
  return Object.fromEntries(plain) as PlainSettings;
}

const topicSchema = strictObject({
  topicArn: topicArn(),
  keyArn: z.optional(keyArn("the ARN of the topic's own KMS key, no alias")),
});

const CHAT = '"own" for a topic of our own, or {"topicArn": "..."} for an existing one';
const email = matching(/^[^@\s]+@[^@\s]+$/, 'a mail address');
const DAYS = 'days that records of runs are kept, a whole number from 1 to 3650; 365 if left out';

const reportingSchema = strictObject({
  people: z.optional(topicSchema),
  emails: z.optional(
    someOf(email, 'a list of mail addresses that get the messages for people, at least one'),
  ),
  chat: z.optional(described(z.union([z.literal('own'), topicSchema], { error: CHAT }), CHAT)),
  pager: z.optional(strictObject({ topicArn: topicArn() })),
  ...receiverFields(),
  keepRecordsDays: z.optional(wholeNumber(1, 3650, DAYS)),
});

/** The topics and receivers that get messages, and how long records of runs are kept. */
export type ReportingDeclaration = z.infer<typeof reportingSchema>;

const SERVERS = 'a list of servers, at least one';
const ACCOUNT = 'the twelve digits of an AWS account';
const REGION = 'a region such as "eu-west-1"';
const STAGES = 'stages by name, of letters, digits and hyphens, at most 40, beginning with a letter';
const stageName = z
  .string({ error: STAGES })
  .check(z.regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, { error: STAGES }));

/** The fields of one stage, which is deployed together. */
function stageFields<Server extends z.core.$ZodType>(server: Server) {
  const servers = z.array(server, { error: SERVERS }).check(z.minLength(1, { error: SERVERS }));
  return { servers, reporting: z.optional(reportingSchema) };
}

function stagesOf<Server extends z.core.$ZodType>(server: Server) {
  const stage = strictObject({
    account: matching(/^\d{12}$/, ACCOUNT),
    region: matching(new RegExp(`^${REGION_FORM}$`), REGION),
    ...stageFields(server),
  });
  return z.record(stageName, stage, { error: STAGES });
}

export const serversSchema = z.object(stageFields(serverSchema));
export const stagesSchema = z.object({ stages: stagesOf(serverSchema) });

const fullServer = strictObject({ ...serverFields, policy: z.optional(policySchema) });

/** For editors: cdk.json with our keys in its context, beside any other content. */
export const cdkJsonSchema = z.looseObject({
  context: z.partial(z.looseObject({ ...stageFields(fullServer), stages: stagesOf(fullServer) })),
});
