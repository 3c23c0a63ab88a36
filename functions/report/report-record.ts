import { METRICS_CHOICES, type MetricsChoice } from '../contract.ts';
import type { Story } from '../core/incident/incident.ts';
import type { Message } from '../render/base/message.ts';
import type { Additions } from '../render/message/additions.ts';
import { renderUnreadable } from '../render/message/failure.ts';
import { renderShort } from '../render/message/short.ts';
import { addToIndexes } from './add-to-indexes.ts';
import { checkSize } from './check-size.ts';
import { attemptsOf } from './count-attempts.ts';
import { countRun } from './count-run.ts';
import { keepPage, keepRecord, pagePlaceOf, urlOf } from './keep-record.ts';
import { isDescribed, type KnownRun, knownIn, reportedRun } from './known-run.ts';
import { checkExplained, checkMessage, checkReadRun } from './parse-answers.ts';
import { logNotPublished, publishMessage } from './publish.ts';
import { publishMisconfigurations } from './publish-misconfigurations.ts';
import { publishObservation } from './publish-observation.ts';
import { type Dues, rememberRun } from './remember-run.ts';
import type { RecordDelivery, Report } from './report-context.ts';
import type { ReportPorts, ReportWork } from './report-ports.ts';
import type { ReadRun } from './report-steps.ts';
import { failedRun } from './run-metrics.ts';
import { warnEarly } from './warn-early.ts';

/**
 * Stores a record and remembers its run, reports it, and draws its page, in this order. Work on the whole record
 * may fail, hang or be ended. The message is then shorter and says so. There is a message even when the record
 * cannot be read, because the server may be full.
 */
export async function reportRecord(delivery: RecordDelivery, ports: ReportPorts): Promise<void> {
  const { requestId, payload } = delivery;
  const work = beginWork(payload, ports);
  try {
    await reportOn({ delivery, work, attempts: attemptsOf({ requestId }, ports), ports });
  } finally {
    work.end();
  }
}

async function reportOn(report: Report): Promise<void> {
  const { delivery, work, attempts, ports } = report;
  const begunAt = ports.now();
  const read = await attempts.attempt('record', async () =>
    checkReadRun(await work.readRecord(ports.keep !== null)),
  );
  const run = knownIn(delivery.payload, delivery, read?.head ?? null);
  if (read === null) ports.count(failedRun(delivery));
  else countRun(run, read, choiceIn(delivery.payload), ports);
  // At once: S3 and DynamoDB may both hang, for 5 s each, and the message has 12 s in all.
  const keeping = keepRecord(run, read, delivery.payload, ports);
  const { reported, dues } = await explainAndRemember(run, read, report).finally(() => keeping);
  const isKept = await keeping;
  const isRead = read !== null;
  const links = {
    isRead,
    record: isKept ? await urlOf(run, 'record', ports) : null,
    page: isKept && isRead ? await urlOf(run, 'page', ports) : null,
  };
  try {
    await tellRun(report, run, dues.run, links);
    if (isRead) await publishMisconfigurations(run, read, dues.checks, report);
    await publishObservation(run, dues.observed, report);
    await warnEarly(run, choiceIn(delivery.payload), report);
  } finally {
    // The page is also drawn when a topic refused: the next delivery may fail as well, and the message
    // already links to the page.
    if (links.page !== null) await drawAndKeep(report, run, dues);
    const found = { run, summary: reported.summary, place: dues.place, hasPage: links.page !== null };
    await addToIndexes(found, begunAt, attempts, ports);
  }
}

async function explainAndRemember(run: KnownRun, read: ReadRun | null, { work, attempts, ports }: Report) {
  const explain = async () => checkExplained(await work.explain());
  const cause = read === null ? null : await attempts.attempt('cause', explain);
  const reported = reportedRun(run, cause, read, ports.now());
  return { reported, dues: await rememberRun(reported, ports) };
}

/** The page says all that the message says, and what the message has no room for. */
async function drawAndKeep({ work, attempts, ports }: Report, run: KnownRun, dues: Dues): Promise<void> {
  const onPage = ports.keep === null ? null : await pagePlaceOf(run, dues.place, ports.keep);
  const keptBefore = dues.run?.saysKeptBefore === true ? (run.head?.keptBefore ?? null) : null;
  const told = { story: dues.run?.story ?? null, additions: { leftOut: attempts.leftOut(), keptBefore } };
  const page = await attempts.attempt('page', () => work.drawPage(onPage, told));
  await keepPage(run, page, attempts.leftOut(), ports);
}

/** Where people find what is stored of the run. Null for what is not stored, and will not be. */
type Links = { readonly isRead: boolean; readonly record: string | null; readonly page: string | null };

/**
 * Publishes the message, with a link to the page where there will be one. If the message cannot be written, a
 * short one links to the record.
 */
async function tellRun(
  { delivery, work, attempts, ports }: Report,
  run: KnownRun,
  due: Dues['run'],
  links: Links,
): Promise<void> {
  if (due === null) return logNotPublished(delivery, ports);
  const { kind, requestId } = delivery;
  const { story } = due;
  const keptBefore = keptBeforeToSay(run, due, ports);
  const write = async () => {
    const additions = { leftOut: attempts.leftOut(), keptBefore };
    return checkSize(checkMessage(await work.writeMessage(story, links.page ?? links.record, additions)));
  };
  const written = links.isRead ? await attempts.attempt('message', write) : null;
  const additions = { leftOut: attempts.leftOut(), keptBefore };
  const message = written ?? inShort(delivery, run, additions, links.record, story);
  await publishMessage(message, due, { kind, requestId }, ports);
}

/** "Once" needs a memory that can be read and written. Without it there is only a line in the log. */
function keptBeforeToSay(
  { runId, server, head }: KnownRun,
  { saysKeptBefore }: NonNullable<Dues['run']>,
  { log }: ReportPorts,
): Additions['keptBefore'] {
  const kept = head?.keptBefore ?? null;
  if (kept === null || saysKeptBefore === false) return null;
  if (saysKeptBefore === true) return kept;
  log('kept-before', { runId, server, ...kept });
  return null;
}

function inShort(
  delivery: RecordDelivery,
  run: KnownRun,
  additions: Additions,
  recordUrl: string | null,
  story: Story | null,
): Message {
  if (isDescribed(run)) return renderShort(run, delivery, additions, recordUrl, story);
  const problem = additions.leftOut[0]?.problem ?? { code: 'unexpected', message: 'Nothing is known of it.' };
  return renderUnreadable(delivery, run, problem, story, recordUrl);
}

/** Runs from before there was a choice have the default. */
function choiceIn(payload: unknown): MetricsChoice {
  const { metrics } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  return METRICS_CHOICES.find((each) => each === metrics) ?? 'few';
}

/** When the work cannot begin, every step of it fails. */
function beginWork(payload: unknown, { work }: ReportPorts): ReportWork {
  try {
    return work(payload);
  } catch (thrown) {
    const fail = () => Promise.reject(thrown);
    return {
      ...{
        readRecord: fail,
        explain: fail,
        writeMessage: fail,
        writeMisconfigurations: fail,
        writeWarning: fail,
        drawPage: fail,
      },
      end: () => {},
    };
  }
}
