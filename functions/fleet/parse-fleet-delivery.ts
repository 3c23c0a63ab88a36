import * as z from 'zod/mini';
import { quoted, RemediationError } from '../core/base/errors.ts';
import { foreignFields } from '../core/base/foreign-fields.ts';
import { jsonIn } from '../core/base/json-in.ts';
import { parseSentNews, type SentNews } from '../core/fleet/cell-news.ts';
import { parseSummaryRequest } from '../core/fleet/cell-summary.ts';
import { parseDatabaseKey } from '../core/fleet/database-key.ts';
import { factsSchema, isOutOfReach, type RunFacts } from '../core/fleet/found-in-run.ts';
import { type Destination, parseDestination } from '../events/parse-destination.ts';
import type { FleetDelivery } from './report-parcel.ts';

/** What the `report` of a cell is invoked with. */
export type FleetReportEvent =
  | { readonly kind: 'news'; readonly news: SentNews }
  | { readonly kind: 'summary'; readonly week: string }
  | { readonly kind: 'run'; readonly delivery: FleetDelivery }
  /** A test message, or a run of which not even the database is known. */
  | { readonly kind: 'other'; readonly destination: Destination };

/**
 * Parses what the dispatcher asks for or has as news, a record of the outbox, or what Lambda says of a run that left none. The key of the outbox is
 * one that IAM lets only the function of that VPC write; a destination names the function that ran.
 * @throws RemediationError `event-unknown`.
 */
export function parseFleetDelivery(event: unknown): FleetReportEvent {
  const news = parseSentNews(event);
  if (news !== null) return { kind: 'news', news };
  const week = parseSummaryRequest(event);
  if (week !== null) return { kind: 'summary', week };
  const { Records } = foreignFields(event);
  if (Records !== undefined) return { kind: 'run', delivery: parcelIn(Records) };
  const destination = parseDestination(event);
  const { requestPayload, requestContext } = foreignFields(event);
  const { database, at } = foreignFields(requestPayload);
  if (typeof database !== 'string' || parseDatabaseKey(database) === null)
    return { kind: 'other', destination };
  const { functionArn } = foreignFields(requestContext);
  const delivery = {
    key: database,
    runId: destination.requestId,
    facts: factsOf(destination, at),
    destination,
  };
  return { kind: 'run', delivery: { ...delivery, functionArn: unqualified(functionArn) } };
}

/** What is known of a run without a record. One that ended in another way than by these errors may have ended sessions. */
function factsOf(destination: Destination, at: unknown): RunFacts {
  const { kind } = destination;
  const unread = { isBusy: null, askedAt: typeof at === 'string' ? at : null };
  if (kind !== 'failed-run') return { failedBy: kind, ...unread };
  const { errorType } = destination;
  return { failedBy: isOutOfReach(errorType) ? errorType : 'crashed', ...unread };
}

/** The ARN without the version that follows the name. */
function unqualified(arn: unknown): string {
  return typeof arn === 'string' ? arn.split(':').slice(0, 7).join(':') : '';
}

function parcelIn(records: unknown): FleetDelivery {
  const [record, ...others] = Array.isArray(records) ? records : [];
  const { NewImage } = foreignFields(foreignFields(record).dynamodb);
  const image = foreignFields(NewImage);
  const textOf = (name: string) => String(foreignFields(image[name]).S ?? '');
  const [key, runId] = [textOf('key'), textOf('run')];
  if (parseDatabaseKey(key) === null || runId === '' || others.length > 0)
    throw unknownEvent(`records ${quoted(records)}`);
  const facts = z.safeParse(factsSchema, jsonIn(textOf('facts')));
  if (!facts.success) throw unknownEvent(`facts ${quoted(textOf('facts'))}`);
  const payload = jsonIn(textOf('record'));
  const destination = { kind: 'record', functionName: null, requestId: runId, payload } as const;
  return { key, runId, facts: facts.data, destination, functionArn: null };
}

function unknownEvent(found: string): RemediationError {
  const message = `The event is not one of a fleet: found ${found}, expected one record of its outbox, the result of a run, or news of the dispatcher. Check what invokes this function.`;
  return new RemediationError('event-unknown', message);
}
