import { quoted } from '../core/base/errors.ts';
import type { LogLinesTrigger, Refused } from '../core/trigger/log-lines.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { type Fields, fieldsOf, unknownEvent } from './event-fields.ts';
import { refusalsInBatch } from './log-batch.ts';
import type { ReadRefusal, RefusalLine } from './refusal-line.ts';

type LogEvent = { readonly message: string; readonly timestamp: number };

/** Parses the unpacked document of a log subscription. @throws RemediationError `event-unknown`. */
export function parseLogLines(document: unknown): Trigger {
  const fields = fieldsOf(document);
  switch (fields.messageType) {
    case 'CONTROL_MESSAGE':
      return { kind: 'notice', notice: 'control', at: null };
    case 'DATA_MESSAGE':
      return linesOf(fields);
    default:
      throw unknownEvent(
        `awslogs.data with messageType ${quoted(fields.messageType)}`,
        '"DATA_MESSAGE" or "CONTROL_MESSAGE"',
      );
  }
}

function linesOf({ logGroup, logStream, logEvents }: Fields): LogLinesTrigger {
  if (typeof logGroup !== 'string' || typeof logStream !== 'string')
    throw unknownEvent(`logGroup ${quoted(logGroup)} and logStream ${quoted(logStream)}`, 'two texts');
  if (!Array.isArray(logEvents) || logEvents.length === 0)
    throw unknownEvent(`logEvents ${quoted(logEvents)}`, 'a list with at least one log event');
  const lines = logEvents.map(logEventOf);
  const inBatch = refusalsInBatch(lines.map(({ message }) => message));
  const refusals = lines.flatMap(({ timestamp }, at) => {
    const refusal = inBatch[at] ?? null;
    return refusal === null ? [] : [{ ...refusal, timestamp }];
  });
  const latest = (refusals.length > 0 ? refusals : lines).reduce(laterOf);
  return {
    kind: 'log-lines',
    at: new Date(latest.timestamp).toISOString(),
    logGroup,
    logStream,
    lines: lines.length,
    refused: alike(refusals),
    own: 0,
    elsewhere: 0,
    figures:
      refusals
        .filter(({ figures }) => figures !== null)
        .toSorted(byTime)
        .at(-1)?.figures ?? null,
  };
}

/** The latest time that a Date can hold. */
const FARTHEST_MS = 8.64e15;

function logEventOf(event: unknown, at: number): LogEvent {
  const { message, timestamp } = fieldsOf(event);
  if (typeof message !== 'string')
    throw unknownEvent(`logEvents[${at}].message ${quoted(message)}`, 'a text');
  if (typeof timestamp !== 'number' || !(Math.abs(timestamp) <= FARTHEST_MS))
    throw unknownEvent(`logEvents[${at}].timestamp ${quoted(timestamp)}`, 'milliseconds since the epoch');
  return { message, timestamp };
}

type Timed = { readonly timestamp: number };

function byTime(a: Timed, b: Timed): number {
  return a.timestamp - b.timestamp;
}

function timeOf({ timestamp }: Timed): number {
  return timestamp;
}

function laterOf<Item extends Timed>(a: Item, b: Item): Item {
  return byTime(a, b) > 0 ? a : b;
}

/** Groups equal refusals, the most frequent first, then by name. */
function alike(refusals: readonly (ReadRefusal & Timed)[]): readonly Refused[] {
  const keyOf = ({ kind, user, database, address }: RefusalLine) =>
    JSON.stringify([kind, user, database, address]);
  return [...Map.groupBy(refusals, keyOf)]
    .toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1))
    .flatMap(([, those]) => {
      const [first, last] = [those.toSorted(byTime)[0], those.toSorted(byTime).at(-1)];
      if (first === undefined || last === undefined) return [];
      const { kind, user, database, address } = first;
      return {
        kind,
        user,
        database,
        address,
        count: those.length,
        clients: 1,
        first: new Date(first.timestamp).toISOString(),
        last: new Date(last.timestamp).toISOString(),
        // Lines that name a user, or that an application wrote, are never ours, so their times are not
        // needed.
        ...(user === null && {
          times: those
            .filter(({ isOfServer }) => isOfServer)
            .toSorted(byTime)
            .map(timeOf),
        }),
      };
    });
}
