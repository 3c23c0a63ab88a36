import * as z from 'zod/mini';
import { FLEET_ENV, FLEET_RECEIVER_ENV, RECEIVER_SITES, REPORT_ENV, type ReceiverKind } from '../contract.ts';
import { invalid } from '../core/base/errors.ts';
import { findingsOf } from '../core/base/schema-findings.ts';
import { type Receiver, receiversOf } from '../core/declaration/receiver-declaration.ts';
import { REMEDIATE_ENV } from '../core/declaration/remediate-variables.ts';
import { orNull, SECRET, someText } from '../core/declaration/variable-schemas.ts';
import { authorityFiles } from './authority-files.ts';
import { type Environment, parseReportConfig, type ReportConfig } from './config.ts';

/** What the functions of a fleet are configured with. An optional variable that is empty is not there. */

const table = () => someText('the name of a DynamoDB table');
const functionName = () => someText('the name or ARN of a function');
const MINUTES = 'minutes from 1 to 60';
const minutes = () =>
  z.pipe(
    z.string({ error: MINUTES }).check(z.regex(/^[1-9]\d?$/, { error: MINUTES })),
    z.pipe(
      z.transform((digits: string) => Number(digits)),
      z.int({ error: MINUTES }).check(z.lte(60, { error: MINUTES })),
    ),
  );

const dispatchSchema = () =>
  z.object({
    [FLEET_ENV.registry]: table(),
    [FLEET_ENV.memory]: table(),
    [FLEET_ENV.claims]: table(),
    [FLEET_ENV.triggers]: functionName(),
    [FLEET_ENV.report]: functionName(),
    [FLEET_ENV.hub]: orNull(someText('the name of an S3 bucket')),
    [FLEET_ENV.bus]: orNull(someText('the ARN of an event bus')),
    [FLEET_ENV.ownerTag]: z._default(someText('the key of a tag'), 'team'),
    [FLEET_ENV.periodMinutes]: minutes(),
  });
export type DispatchConfig = ReturnType<typeof parseDispatchConfig>;

/** @throws RemediationError `config-invalid`. */
export function parseDispatchConfig(environment: Environment) {
  const data = parsed(dispatchSchema(), environment);
  return {
    registry: data[FLEET_ENV.registry],
    memory: data[FLEET_ENV.memory],
    claims: data[FLEET_ENV.claims],
    triggers: data[FLEET_ENV.triggers],
    report: data[FLEET_ENV.report],
    hub: data[FLEET_ENV.hub],
    hasBus: data[FLEET_ENV.bus] !== null,
    ownerTag: data[FLEET_ENV.ownerTag],
    periodMs: data[FLEET_ENV.periodMinutes] * 60_000,
  } as const;
}

const intakeSchema = () => z.object({ [FLEET_ENV.registry]: table(), [FLEET_ENV.claims]: table() });
export type IntakeConfig = ReturnType<typeof parseIntakeConfig>;

/** @throws RemediationError `config-invalid`. */
export function parseIntakeConfig(environment: Environment) {
  const data = parsed(intakeSchema(), environment);
  return { registry: data[FLEET_ENV.registry], claims: data[FLEET_ENV.claims] } as const;
}

const triggersSchema = () =>
  z.object({
    [FLEET_ENV.registry]: table(),
    [FLEET_ENV.intake]: functionName(),
    [FLEET_ENV.lastSlot]: orNull(z.enum(['true', 'false'], { error: '"true" or "false"' })),
  });
export type TriggersConfig = ReturnType<typeof parseTriggersConfig>;

/** @throws RemediationError `config-invalid`. */
export function parseTriggersConfig(environment: Environment) {
  const data = parsed(triggersSchema(), environment);
  return {
    registry: data[FLEET_ENV.registry],
    destination: data[FLEET_ENV.intake],
    mayTakeLast: data[FLEET_ENV.lastSlot] === 'true',
  } as const;
}

const runSchema = () =>
  z.object({
    [FLEET_ENV.registry]: table(),
    [FLEET_ENV.memory]: table(),
    [FLEET_ENV.outbox]: table(),
  });
export type FleetRunConfig = ReturnType<typeof parseFleetRunConfig>;

/** @throws RemediationError `config-invalid`. */
export function parseFleetRunConfig(environment: Environment) {
  const data = parsed(runSchema(), environment);
  return {
    tables: {
      registry: data[FLEET_ENV.registry],
      memory: data[FLEET_ENV.memory],
      outbox: data[FLEET_ENV.outbox],
    },
    authorities: authorityFiles({
      configured: environment[REMEDIATE_ENV.caFile],
      region: environment.AWS_REGION,
      bundle: import.meta.dirname,
    }),
  } as const;
}

const summariesSchema = () => z.object({ [FLEET_ENV.summaries]: table() });
export type SummariesConfig = ReturnType<typeof parseSummariesConfig>;

/** @throws RemediationError `config-invalid`. */
export function parseSummariesConfig(environment: Environment) {
  return { summaries: parsed(summariesSchema(), environment)[FLEET_ENV.summaries] } as const;
}

const receiverSecret = () => orNull(z.string().check(z.regex(/^[\w/+=.@:!-]+$/, { error: SECRET })));

const receiversSchema = () =>
  z.object({
    [FLEET_RECEIVER_ENV.pagerDuty]: receiverSecret(),
    [FLEET_RECEIVER_ENV.opsgenie]: receiverSecret(),
    [FLEET_RECEIVER_ENV.teams]: receiverSecret(),
    [FLEET_RECEIVER_ENV.webhook]: receiverSecret(),
    [FLEET_ENV.webhookUrl]: orNull(z.string()),
    [FLEET_ENV.receiverSite]: orNull(z.enum(RECEIVER_SITES, { error: RECEIVER_SITES.join(', ') })),
  });
const fleetReportSchema = () =>
  z.object({
    [FLEET_ENV.registry]: table(),
    [FLEET_ENV.bus]: orNull(someText('the ARN of an event bus')),
  });
/** As for a single server, with the registry and the organisation's bus. Its table is the memory of all databases. */
export type FleetReportConfig = ReportConfig & {
  readonly table: string;
  readonly registry: string;
  readonly bus: string | null;
};

/** @throws RemediationError `config-invalid`. */
export function parseFleetReportConfig(environment: Environment): FleetReportConfig {
  const data = parsed(fleetReportSchema(), environment);
  const config = parseReportConfig(environment);
  const { table: memory } = config;
  if (memory === null)
    throw notConfigured([{ path: 'HEADROOM_TABLE', found: 'nothing', allowed: 'the table of the memory' }]);
  const receivers = fleetReceivers(environment);
  return {
    ...config,
    receivers,
    table: memory,
    registry: data[FLEET_ENV.registry],
    bus: data[FLEET_ENV.bus],
  };
}

const digestSchema = () => z.object({ [REPORT_ENV.topic]: someText('the ARN of a topic') });
export type DigestConfig = ReturnType<typeof parseDigestConfig>;

/** @throws RemediationError `config-invalid`. */
export function parseDigestConfig(environment: Environment) {
  return {
    ...parseSummariesConfig(environment),
    topic: parsed(digestSchema(), environment)[REPORT_ENV.topic],
    receivers: fleetReceivers(environment),
  } as const;
}

function fleetReceivers(environment: Environment): readonly Receiver[] {
  const data = parsed(receiversSchema(), environment);
  const of = (kind: ReceiverKind) => {
    const secretArn = data[FLEET_RECEIVER_ENV[kind]];
    return typeof secretArn === 'string' ? { secretArn } : undefined;
  };
  const site = data[FLEET_ENV.receiverSite] ?? 'us';
  const [pagerDuty, opsgenie, webhook] = [of('pagerDuty'), of('opsgenie'), of('webhook')];
  const url = data[FLEET_ENV.webhookUrl];
  if (webhook !== undefined && url === null)
    throw notConfigured([
      { path: FLEET_ENV.webhookUrl, found: 'nothing', allowed: 'the address of the webhook' },
    ]);
  return receiversOf({
    pagerDuty: pagerDuty && { ...pagerDuty, site: site === 'eu' ? 'eu' : 'us' },
    opsgenie: opsgenie && { ...opsgenie, site },
    teams: of('teams'),
    webhook: webhook && { ...webhook, url: url ?? '' },
  });
}

function parsed<Schema extends z.ZodMiniType>(schema: Schema, environment: Environment): z.output<Schema> {
  // A template gives an optional variable that is not wanted as an empty text.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = z.safeParse(schema, given);
  if (!result.success) throw notConfigured(findingsOf(result.error, given));
  return result.data;
}

function notConfigured(findings: Parameters<typeof invalid>[2]) {
  return invalid('config-invalid', "The function's environment", findings);
}
