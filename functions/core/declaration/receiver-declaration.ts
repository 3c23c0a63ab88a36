import * as z from 'zod/mini';
import { RECEIVER_KINDS, type ReceiverKind } from '../../contract.ts';
import { matching, oneOf } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { keyArn, secretArn } from './setting-schemas.ts';
import { SECRET } from './variable-schemas.ts';

/** How receivers beyond AWS are declared in cdk.json, and what `report` gets of them in its environment. */

/** The lowest severity that opens an alert at a pager. */
const ALERT_FROM = ['critical', 'warning'] as const;

/** Where an account of PagerDuty is. https://support.pagerduty.com/main/docs/service-regions */
const PAGERDUTY_URLS = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const;

/**
 * Where an account of Opsgenie is. Jira Service Management, which takes Opsgenie's place, has the same interface.
 * https://docs.opsgenie.com/docs/alert-api and
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events
 */
const OPSGENIE_URLS = {
  us: 'https://api.opsgenie.com/v2/alerts',
  eu: 'https://api.eu.opsgenie.com/v2/alerts',
  jira: 'https://api.atlassian.com/jsm/ops/integration/v2/alerts',
} as const;

const secretFields = () => ({
  secretArn: secretArn(),
  secretKeyArn: z.optional(keyArn("the ARN of the secret's own KMS key, no alias")),
});
const alertFrom = () =>
  z.optional(oneOf(ALERT_FROM, 'the lowest severity that opens an alert; critical if left out'));

const HTTPS = /^https:\/\/[^\s/@?#]+(\/\S*)?$/;
const WEBHOOK = 'an address that begins with https:// and has no user name or password';

/** The keys of `reporting` that are receivers beyond AWS. */
export const receiverFields = () => ({
  pagerDuty: z.optional(
    strictObject({
      ...secretFields(),
      site: z.optional(oneOf(['us', 'eu'], 'where the account is; us if left out')),
      alertFrom: alertFrom(),
    }),
  ),
  opsgenie: z.optional(
    strictObject({
      ...secretFields(),
      site: z.optional(
        oneOf(['us', 'eu', 'jira'], 'where the account is, or Jira Service Management; us if left out'),
      ),
      alertFrom: alertFrom(),
    }),
  ),
  teams: z.optional(strictObject(secretFields())),
  webhook: z.optional(strictObject({ ...secretFields(), url: matching(HTTPS, WEBHOOK) })),
});

type Declared<Kind extends ReceiverKind> = NonNullable<z.output<ReturnType<typeof receiverFields>[Kind]>>;
/** Receivers as cdk.json declares them. */
export type DeclaredReceivers = { readonly [Kind in ReceiverKind]?: Declared<Kind> | undefined };

const receiverSchema = z.object({
  kind: z.enum(RECEIVER_KINDS),
  /** Null for Teams, where the address is the secret. */
  url: z.nullable(z.string().check(z.regex(HTTPS))),
  secret: z.string().check(z.regex(/^[\w/+=.@:!-]+$/, { error: SECRET })),
  alertFrom: z.enum(ALERT_FROM),
});

/** A receiver as `report` knows it. */
export type Receiver = z.infer<typeof receiverSchema>;

export const receiversSchema = () =>
  z.array(receiverSchema, { error: 'JSON that the construct IncidentReporting writes' });

/** What `report` has to know of the declared receivers. */
export function receiversOf({ pagerDuty, opsgenie, teams, webhook }: DeclaredReceivers): readonly Receiver[] {
  const one = (kind: ReceiverKind, url: string | null, declared: { secretArn: string } | undefined) =>
    declared === undefined
      ? []
      : [{ kind, url, secret: declared.secretArn, alertFrom: alertFromOf(declared) }];
  return [
    ...one('pagerDuty', PAGERDUTY_URLS[pagerDuty?.site ?? 'us'], pagerDuty),
    ...one('opsgenie', OPSGENIE_URLS[opsgenie?.site ?? 'us'], opsgenie),
    ...one('teams', null, teams),
    ...one('webhook', webhook?.url ?? null, webhook),
  ];
}

function alertFromOf(declared: object): Receiver['alertFrom'] {
  return 'alertFrom' in declared && declared.alertFrom === 'warning' ? 'warning' : 'critical';
}
