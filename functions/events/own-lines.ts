import { LOCAL_ADDRESS, parseAddress } from '../core/base/address.ts';
import type { RefusalKind } from '../core/base/refusal-kind.ts';
import type { OwnTries } from '../core/run/pause.ts';
import { alarmReadingOf, isMetricOfRefusals } from '../core/trigger/alarm-reading.ts';
import { type LogLinesTrigger, type Refused, refusalsIn } from '../core/trigger/log-lines.ts';
import type { AlarmTrigger, Trigger } from '../core/trigger/trigger.ts';

const MINUTE_MS = 60_000;
/**
 * The kinds of refusals that our own tries meet. A refusal by our role's limit names our role, and our tries
 * do not go through poolers.
 */
const OF_TRIES: ReadonlySet<RefusalKind> = new Set(['server', 'reserved', 'database', 'unknown-53300']);

/** The lines of one run's tries that are still to be found, between two times. */
type Expected = { readonly from: number; readonly to: number; readonly address: string | null; left: number };

/**
 * Whether our own tries may have caused a trigger: one with lines without a name, or with a count of lines.
 */
export function mayComeFromOwnTries(trigger: Trigger): boolean {
  if (trigger.kind === 'log-lines') return trigger.refused.some(isNameless);
  return trigger.kind === 'alarm' && trigger.state === 'ALARM' && countedLines(trigger) !== null;
}

/** Whether a trigger shows a refusal of another client for certain. */
export function showsOthersRefused(trigger: Trigger): boolean {
  return trigger.kind === 'log-lines' && trigger.refused.some((refused) => !isNameless(refused));
}

/**
 * The entry for the rest of a long list stands for many clients, whose names are only left out. Lines that an
 * application wrote in its own log are never about our tries.
 */
function isNameless({ user, kind, clients, times }: Refused): boolean {
  return user === null && clients === 1 && OF_TRIES.has(kind) && times?.length !== 0;
}

/** The address, if it can be compared with ours. With `log_hostname` a server writes the name of a host, which cannot. */
function addressIn({ address }: Refused): string | null {
  return address === null || address === LOCAL_ADDRESS || parseAddress(address) !== null ? address : null;
}

/**
 * The trigger without the lines of our own tries. Lines that name a user are not ours. Of the other lines
 * those from our address are ours. Lines without an address count as ours for as many tries as are left. Each
 * try explains at most one line.
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
    isNameless(refused) && addressIn(refused) !== null ? without(refused, expected) : [refused],
  );
  const refused = byAddress.flatMap((each) =>
    isNameless(each) && addressIn(each) === null ? without(each, expected) : [each],
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
  const { count, first, last } = refused;
  const address = addressIn(refused);
  // A record has no times of single lines. All of them then count as written at the time of the last one.
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

/**
 * Why an alarm on the number of refusals needs no run: it counted only our own tries. Null when other clients
 * were refused, or may have been.
 */
export function ownAlarmReason(trigger: AlarmTrigger, tries: readonly OwnTries[]): string | null {
  const counted = countedLines(trigger);
  if (counted === null) return null;
  const { value, from, to } = counted;
  const those = tries.filter((each) => minuteOf(each.from) < to && from <= minuteOf(each.to));
  const ours = those.reduce((sum, each) => sum + each.tries, 0);
  if (ours === 0 || ours < value) return null;
  return `The alarm counted ${value} refusals, and they are our own: ${ours} of our own tries did not get in at that time, and each leaves a line.`;
}

/**
 * How many lines an alarm counted, and when they were written. Null unless the name of the alarm or of its
 * metric says that it counts refusals.
 */
function countedLines(
  trigger: AlarmTrigger,
): { readonly value: number; readonly from: number; readonly to: number } | null {
  const reading = isMetricOfRefusals(trigger.metric ?? trigger.alarm) ? alarmReadingOf(trigger) : null;
  if (reading === null) return null;
  // A datapoint counts the minute after its time. A query looks back.
  const isQuery = / query results? /.test(trigger.reason);
  return {
    value: reading.value,
    from: isQuery ? reading.at - LOOK_BACK_MS : reading.at,
    to: reading.at + MINUTE_MS,
  };
}

/** The same time as in the query of the constructs. */
const LOOK_BACK_MS = 3 * MINUTE_MS;

function minuteOf(time: string): number {
  return Math.floor(Date.parse(time) / MINUTE_MS) * MINUTE_MS;
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
