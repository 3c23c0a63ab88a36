import type { Cause } from '../../core/diagnosis/cause.ts';
import { programsOf } from '../../core/server/programs.ts';
import { usageIn } from '../../core/server/rank-groups.ts';
import { groupOf, isHidden, type Session } from '../../core/server/session.ts';
import { countsFor, type Scope, scopeName, slotHolders } from '../../core/server/slots.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import { type Holders, holderRows } from './holder-rows.ts';
import type { PageFacts } from './page-facts.ts';

/** A limit other than the server's slots, and which programs fill it. */
export type LimitUse = { readonly name: LimitName; readonly used: number; readonly holders: Holders };

export type LimitName = Exclude<Scope, { readonly kind: 'server' }> | { readonly kind: 'walsenders' };

/** Null when the limit that refused clients is not known. */
export function limitUseOf(facts: PageFacts): LimitUse | null {
  const { record, diagnosis, blame } = facts;
  const { snapshot } = record;
  const name = diagnosis === null ? null : nameOf(diagnosis.cause, facts);
  if (snapshot === null || name === null) return null;
  const inside = sessionsIn(snapshot, name);
  const limit = limitOf(snapshot, name);
  const groups = programsOf(inside.filter((session) => !isHidden(session))).all.map((program) =>
    usageIn(program.sessions, limit, program.name),
  );
  const largest = groups.toSorted((a, b) => b.sessions - a.sessions);
  const holders = holderRows(
    { groups: largest, hidden: inside.filter(isHidden).length, usable: limit },
    blame,
  );
  return { name, used: inside.length, holders };
}

function nameOf(cause: Cause, { record, before }: PageFacts): LimitName | null {
  if (cause === 'replication-limit') return { kind: 'walsenders' };
  const kind = cause === 'role-limit' ? 'role' : 'database';
  if (before !== null && before.scope.kind === kind) return { kind, name: scopeName(before.scope) };
  const lines = record.trigger.kind === 'log-lines' ? record.trigger.refused : [];
  const line = lines.find((each) => each.kind === kind);
  const name = kind === 'role' ? line?.user : line?.database;
  return name ? { kind, name } : null;
}

function sessionsIn(snapshot: Snapshot, name: LimitName): readonly Session[] {
  if (name.kind === 'walsenders')
    return snapshot.sessions.filter(({ backendType }) => backendType === 'walsender');
  return slotHolders(snapshot).filter((session) => countsFor(name, groupOf(session)));
}

function limitOf({ slots }: Snapshot, name: LimitName): number {
  if (name.kind === 'walsenders') return slots.walSenders;
  const limits = name.kind === 'role' ? slots.roles : slots.databases;
  return limits.find((each) => each.name === name.name)?.limit ?? 0;
}
