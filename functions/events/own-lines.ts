import type { RefusalKind } from '../core/base/refusal-kind.ts';
import type { OwnTries } from '../core/run/pause.ts';
import { alarmReadingOf, isMetricOfRefusals } from '../core/trigger/alarm-reading.ts';
import { type LogLinesTrigger, type Refused, refusalsIn } from '../core/trigger/log-lines.ts';
import type { AlarmTrigger, Trigger } from '../core/trigger/trigger.ts';

const MINUTE_MS = 60_000;
/** What our own tries are answered with. Our role's limit names our role, and poolers are not tried. */
const OF_TRIES: ReadonlySet<RefusalKind> = new Set(['server', 'reserved', 'database', 'unknown-53300']);

/** Lines of one run's tries that are still to be found, in the minutes in which they were written. */
type Expected = { readonly from: number; readonly to: number; readonly address: string | null; left: number };

/** Whether memory may know of a trigger that it is our own doing: lines without a name, and a count of lines. */
export function mayComeFromOwnTries(trigger: Trigger): boolean {
  if (trigger.kind === 'log-lines') return trigger.refused.some(isNameless);
  return trigger.kind === 'alarm' && trigger.state === 'ALARM' && countedLines(trigger) !== null;
}

/** Whether somebody else was surely refused, whatever memory knows. */
export function showsOthersRefused(trigger: Trigger): boolean {
  return trigger.kind === 'log-lines' && trigger.refused.some((refused) => !isNameless(refused));
}

/**
 * The rest of a long list is of many clients, whose names are only left out. What applications write in logs of their own is
 * never about our tries.
 */
function isNameless({ user, kind, clients, times }: Refused): boolean {
  return user === null && clients === 1 && OF_TRIES.has(kind) && times?.length !== 0;
}

/**
 * Without the lines that our own tries left behind. Lines that name a user are somebody's; of the others those from our
 * address are ours, and as many of those without an address as tries are left. Each try stands for one line at most.
 */
export function withoutOwnLines(trigger: LogLinesTrigger, tries: readonly OwnTries[]): LogLinesTrigger {
  const expected = tries.map(
    ({ from, to, tries, address }): Expected => ({
      from: minuteOf(from),
      to: minuteOf(to) + MINUTE_MS,
      address,
      left: tries,
    }),
  );
  const byAddress = trigger.refused.flatMap((refused) =>
    isNameless(refused) && refused.address !== null ? without(refused, expected) : [refused],
  );
  const refused = byAddress.flatMap((each) =>
    isNameless(each) && each.address === null ? without(each, expected) : [each],
  );
  const ours = refusalsIn(trigger.refused) - refusalsIn(refused);
  if (ours === 0) return trigger;
  const at =
    refused
      .map(({ last }) => last)
      .toSorted()
      .at(-1) ?? trigger.at;
  return { ...trigger, refused, at, tries: ours };
}

function without(refused: Refused, expected: readonly Expected[]): readonly Refused[] {
  const { address, count, first, last } = refused;
  // Without each line's time, as in a record, all of them are as late as the last.
  const times = refused.times ?? Array.from({ length: count }, () => Date.parse(last));
  const left = times.filter((time) => !isExpected(expected, time, address));
  const more = count - (times.length - left.length);
  if (more === count) return [refused];
  if (more === 0) return [];
  const [from, to] = [Math.min(...left), Math.max(...left)];
  const isTimed = refused.times?.length === count;
  const bounds = isTimed ? { first: isoOf(from), last: isoOf(to) } : { first, last };
  return [{ ...refused, count: more, ...bounds, times: left }];
}

function isExpected(expected: readonly Expected[], time: number, address: string | null): boolean {
  const run = expected.find(
    (each) =>
      each.left > 0 &&
      each.from <= time &&
      time < each.to &&
      (address === null || address === each.address || each.address === null),
  );
  if (run === undefined) return false;
  run.left -= 1;
  return true;
}

/** Why an alarm on the number of refusals asks for nothing: our own tries alone were counted. Null where others were, or may have been. */
export function ownAlarmReason(trigger: AlarmTrigger, tries: readonly OwnTries[]): string | null {
  const counted = countedLines(trigger);
  if (counted === null) return null;
  const { value, from, to } = counted;
  const those = tries.filter((each) => minuteOf(each.from) < to && from <= minuteOf(each.to));
  const ours = those.reduce((sum, each) => sum + each.tries, 0);
  if (ours === 0 || ours < value) return null;
  return `The alarm counted ${value} refusals, and they are our own: ${ours} of our own tries did not get in at that time, and each leaves a line.`;
}

/** How many lines an alarm counted that says in its name or its metric's that it counts refusals, and when they were written. */
function countedLines(
  trigger: AlarmTrigger,
): { readonly value: number; readonly from: number; readonly to: number } | null {
  const reading = isMetricOfRefusals(trigger.metric ?? trigger.alarm) ? alarmReadingOf(trigger) : null;
  if (reading === null) return null;
  // A datapoint counts the minute that begins with it. A query looks back.
  const isQuery = / query results? /.test(trigger.reason);
  return {
    value: reading.value,
    from: isQuery ? reading.at - LOOK_BACK_MS : reading.at,
    to: reading.at + MINUTE_MS,
  };
}

/** As the constructs' own query does. */
const LOOK_BACK_MS = 3 * MINUTE_MS;

function minuteOf(time: string): number {
  return Math.floor(Date.parse(time) / MINUTE_MS) * MINUTE_MS;
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
