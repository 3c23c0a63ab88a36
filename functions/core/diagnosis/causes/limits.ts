import type { RefusalKind } from '../../base/refusal-kind.ts';
import { counted } from '../../base/words.ts';
import type { Scope } from '../../server/slots.ts';
import type { Cause, Confidence } from '../cause.ts';
import { type Evidence, refusedFor } from '../evidence.ts';

/** A limit that refuses clients, other than the server's slots. */
export type Limit = {
  readonly cause: Extract<Cause, 'role-limit' | 'database-limit' | 'replication-limit'>;
  readonly confidence: Confidence;
  readonly evidence: readonly string[];
  /** The scope whose sessions it counts. Null for walsenders, which have slots of their own. */
  readonly scope: Scope | null;
};

const KINDS = {
  'role-limit': 'role',
  'database-limit': 'database',
  'replication-limit': 'wal-senders',
} as const satisfies Record<Limit['cause'], RefusalKind>;

/** The limit that explains the refusals, if there is one and the server itself is not full. */
export function limitIn(all: Evidence): Limit | null {
  const refusals = refusedFor(all.refused, 'server', 'reserved');
  const candidates = [limitOf(all, 'role-limit'), limitOf(all, 'database-limit'), replicationLimit(all)]
    .filter((limit) => limit !== null)
    .map((limit) => ({ limit, count: refusedFor(all.refused, KINDS[limit.cause]) }))
    .toSorted((a, b) => b.count - a.count);
  const [first] = candidates;
  if (first === undefined) return null;
  // On a full server a limit explains the refusals only when the log says so.
  return all.server.under && first.count <= refusals ? null : first.limit;
}

function limitOf(all: Evidence, cause: 'role-limit' | 'database-limit'): Limit | null {
  const kind = KINDS[cause];
  const refusals = refusedFor(all.refused, kind);
  const reached = all.record.plan?.pressure.find(({ scope, under }) => scope.kind === kind && under);
  const named = all.refused.lines.find((line) => line.kind === kind);
  const name = kind === 'role' ? named?.user : named?.database;
  if (reached === undefined) {
    if (!name) return null;
    const evidence = [...refusedText(refusals), `the ${kind} now has fewer sessions than its limit`];
    return { cause, confidence: 'medium', evidence, scope: { kind, name } };
  }
  // The log says what refused the clients. Another limit that is reached is only full.
  if (refusals === 0 && all.refused.total > 0) return null;
  const { used, usable, scope } = reached;
  return {
    cause,
    confidence: refusals > 0 ? 'high' : 'medium',
    evidence: [openText(used, usable, kind), ...refusedText(refusals)],
    scope,
  };
}

function replicationLimit(all: Evidence): Limit | null {
  const { sessions, slots } = all.snapshot;
  const senders = sessions.filter(({ backendType }) => backendType === 'walsender').length;
  const refusals = refusedFor(all.refused, 'wal-senders');
  const isReached = senders >= slots.walSenders;
  if (refusals === 0 && !(isReached && senders > 0 && all.refused.total === 0 && !all.server.under))
    return null;
  return {
    cause: 'replication-limit',
    confidence: refusals > 0 && isReached ? 'high' : 'medium',
    evidence: [`${senders} of ${slots.walSenders} walsenders are taken`, ...refusedText(refusals)],
    scope: null,
  };
}

function refusedText(refusals: number): readonly string[] {
  return refusals > 0 ? [`${counted(refusals, 'refusal is', 'refusals are')} due to this limit`] : [];
}

function openText(used: number, usable: number, kind: string): string {
  const of = counted(usable, 'session');
  return `${used} of ${of} that the ${kind} may have ${used === 1 ? 'is' : 'are'} open`;
}
