import { METRICS_CHOICES, type MetricsChoice } from '../contract.ts';
import type { Story } from '../core/incident/incident.ts';
import type { Message } from '../render/base/message.ts';
import { renderUnreadable } from '../render/message/failure.ts';
import { withOldRuleText } from '../render/message/kept-before-text.ts';
import { withLeftOut } from '../render/message/left-out.ts';
import { renderShort } from '../render/message/short.ts';
import { checkSize } from './check-size.ts';
import { type Attempts, attemptsOf } from './count-attempts.ts';
import { countRun } from './count-run.ts';
import { keepPage, keepRecord, urlOf } from './keep-record.ts';
import { isDescribed, type KnownRun, knownIn, reportedRun } from './known-run.ts';
import { checkExplained, checkMessage, checkReadRun } from './parse-answers.ts';
import { logNotPublished, publishMessage } from './publish.ts';
import { publishMisconfigurations } from './publish-misconfigurations.ts';
import { type Dues, rememberRun } from './remember-run.ts';
import type { RecordDelivery, Report } from './report-context.ts';
import type { ReportPorts, ReportWork } from './report-ports.ts';
import { failedRun } from './run-metrics.ts';

/**
 * Keeps a record, tells of it, and draws its page, in this order. What works on the whole record may fail, hang or be ended:
 * then the message is shorter, and says so. A record that cannot be read costs no message: somebody's server may be full.
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
  const read = await attempts.attempt('record', async () => checkReadRun(await work.readRecord()));
  const run = knownIn(delivery.payload, delivery, read?.head ?? null);
  if (read === null) ports.count(failedRun(delivery));
  else countRun(run, read, choiceIn(delivery.payload), ports);
  const [isKept, cause] = await Promise.all([
    keepRecord(run, read, delivery.payload, ports),
    read === null ? null : attempts.attempt('cause', async () => checkExplained(await work.explain())),
  ]);
  const dues = await rememberRun(reportedRun(run, cause, read, ports.now()), ports);
  const isRead = read !== null;
  const links = {
    isRead,
    record: isKept ? await urlOf(run, 'record', ports) : null,
    page: isKept && isRead ? await urlOf(run, 'page', ports) : null,
  };
  try {
    await tellRun(report, run, dues.run, links);
    if (isRead) await publishMisconfigurations(run, read, dues.checks, report);
  } finally {
    // Also where a topic refused: the next delivery may fare no better, and the page is linked to by then.
    if (links.page !== null)
      await keepPage(run, await attempts.attempt('page', work.drawPage), attempts.leftOut(), ports);
  }
}

/** Where people find what is kept of the run; null for what is not, or will not be. */
type Links = { readonly isRead: boolean; readonly record: string | null; readonly page: string | null };

/** Linked to its page where there will be one; in short, where the message cannot be written, and then to its record. */
async function tellRun(
  { delivery, work, attempts, ports }: Report,
  run: KnownRun,
  due: Dues['run'],
  links: Links,
): Promise<void> {
  if (due === null) return logNotPublished(delivery, ports);
  const { kind, requestId } = delivery;
  const { story } = due;
  const write = async () =>
    checkSize(checkMessage(await work.writeMessage(story, links.page ?? links.record)));
  const written = links.isRead ? await attempts.attempt('message', write) : null;
  const message =
    written === null
      ? inShort(delivery, run, attempts, links.record, story)
      : withLeftOut(written, attempts.leftOut());
  await publishMessage(sayingKeptBefore(message, run, due, ports), due, { kind, requestId }, ports);
}

/** Without a memory that can be read and written there is no "once", and nothing but a line in the log. */
function sayingKeptBefore(
  message: Message,
  { runId, server, head }: KnownRun,
  { saysKeptBefore }: NonNullable<Dues['run']>,
  { log }: ReportPorts,
): Message {
  const kept = head?.keptBefore;
  if (kept === undefined || saysKeptBefore === false) return message;
  if (saysKeptBefore === true) return withOldRuleText(message, kept);
  log('kept-before', { runId, server, ...kept });
  return message;
}

function inShort(
  delivery: RecordDelivery,
  run: KnownRun,
  { leftOut }: Attempts,
  recordUrl: string | null,
  story: Story | null,
): Message {
  if (isDescribed(run)) return renderShort(run, delivery, leftOut(), recordUrl, story);
  const problem = leftOut()[0]?.problem ?? { code: 'unexpected', message: 'Nothing is known of it.' };
  return renderUnreadable(delivery, run, problem, story, recordUrl);
}

/** A server's runs of before there was a choice have the default. */
function choiceIn(payload: unknown): MetricsChoice {
  const { metrics } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  return METRICS_CHOICES.find((each) => each === metrics) ?? 'few';
}

/** Work that cannot even begin is work that fails at every step. */
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
        drawPage: fail,
      },
      end: () => {},
    };
  }
}
