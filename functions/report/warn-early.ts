import type { MetricsChoice } from '../contract.ts';
import { coerceError } from '../core/base/errors.ts';
import { earlyWarning, noteWarning } from '../core/incident/note-warning.ts';
import { parseWarnings, type WarningOrder } from '../core/warning/parse-warnings.ts';
import type { SlotCountAt } from '../core/warning/warning-signs.ts';
import {
  afterTrouble,
  type CountedSlots,
  countSlots,
  isCounted,
  isPastUnknown,
  type WarningState,
  withPastCounts,
} from '../core/warning/warning-state.ts';
import { renderEarlyWarning } from '../render/message/early-warning.ts';
import { checkSize } from './check-size.ts';
import type { KnownRun } from './known-run.ts';
import { checkMessage } from './parse-answers.ts';
import { publishMessage } from './publish.ts';
import { outboxDue } from './remember-run.ts';
import type { Report } from './report-context.ts';
import type { CountsStore, MemoryStore, ReportPorts } from './report-ports.ts';
import { updateMemory } from './update-memory.ts';

/** A count of a server on its way to a warning. */
type Counting = {
  readonly run: KnownRun;
  readonly server: string;
  readonly count: SlotCountAt;
  readonly order: WarningOrder;
  readonly ports: ReportPorts;
};

/**
 * Keeps the count of used slots, and warns people once before a server is full. What fails here is logged: the
 * message about the run does not wait for it. @throws RemediationError `publish-failed`.
 */
export async function warnEarly(run: KnownRun, metrics: MetricsChoice, report: Report): Promise<void> {
  const { ports, delivery } = report;
  const { counts, memory } = ports;
  const order = parseWarnings(Reflect.get(Object(delivery.payload), 'warnings'));
  const count = countOf(run);
  const { server, head } = run;
  if (order === null || count === null || server === null || head === null) return;
  if (counts == null || memory === null) return;
  const due = await dueWarning({ run, server, count, order, ports }, { counts, memory }, metrics).catch(
    (thrown) => {
      ports.log('counts-trouble', { server, ...coerceError(thrown).toProblem() });
      return null;
    },
  );
  if (due?.warning === undefined) return;
  const { warning } = due;
  const { functionName, requestId } = delivery;
  const invocation = { functionName, requestId };
  const write = async () => checkSize(checkMessage(await report.work.writeWarning(warning, invocation)));
  const written = await report.attempts.attempt('message', write);
  const known = { runId: run.runId, server, mode: run.mode ?? 'observe' };
  const message = written ?? renderEarlyWarning(head, known, invocation, warning, null);
  await publishMessage(message, due, { kind: 'warning', runId: run.runId }, ports);
}

/** The server's slots at the run's first look. Null where it did not look at the server as a whole. */
function countOf({ head }: KnownRun): SlotCountAt | null {
  if (head?.before?.scope.kind !== 'server') return null;
  const { used, usable } = head.before;
  const count = { at: Date.parse(head.startedAt), used, usable };
  return isCounted(count) && Number.isFinite(count.at) ? count : null;
}

async function dueWarning(
  counting: Counting,
  { counts, memory }: { readonly counts: CountsStore; readonly memory: MemoryStore },
  metrics: MetricsChoice,
) {
  const { run, server, count, ports } = counting;
  const before = await counts.read(server);
  const { state, news } = await judged(before, counting);
  const warned = state.episode?.told != null;
  if (warned && metrics !== 'none')
    ports.count({ kind: 'server', server, metrics: [{ name: 'warned', unit: 'Count', value: 1 }] });
  // A run under pressure has a message of its own, and an incident.
  const isCalm = run.outcome === 'healthy' || run.outcome === 'reaped';
  const isAgain = state === before;
  if ((news === null || !isCalm) && !isAgain) {
    await counts.write(server, isCalm ? state : afterTrouble(state));
    return null;
  }
  const noted = (known: Parameters<typeof noteWarning>[0]) =>
    news === null ? known : noteWarning(known, run.runId, earlyWarning(news, count));
  const { after } = await updateMemory(memory, server, noted);
  // Written last: a report that fails before is delivered again, and finds the same news.
  if (!isAgain) await counts.write(server, state).catch((thrown) => logTrouble(thrown, counting));
  return outboxDue(after, { runId: run.runId, about: 'warning' }, { store: memory, server }, ports);
}

/** What the count means. Before people are warned, CloudWatch is asked what is usual, where it knows the server. */
async function judged(before: WarningState, counting: Counting): Promise<CountedSlots> {
  const { count, order, ports } = counting;
  const own = countSlots(before, count, order);
  const { rdsHost } = order;
  if (own.news === null || rdsHost === null || ports.counts == null) return own;
  if (!isPastUnknown(before, count.at)) return own;
  try {
    const past = await ports.counts.past(rdsHost, count.at);
    return countSlots(withPastCounts(before, past, count), count, order);
  } catch (thrown) {
    logTrouble(thrown, counting);
    return own;
  }
}

function logTrouble(thrown: unknown, { server, ports }: Counting): void {
  ports.log('counts-trouble', { server, ...coerceError(thrown).toProblem() });
}
