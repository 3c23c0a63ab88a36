import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { allowedUse } from '../plan/pressure.ts';
import { groupOf, type Session } from '../server/session.ts';
import { countsFor, inScopes, type Pressure, type Scope, scopeName, slotHolders } from '../server/slots.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { limitOnPrimary } from './on-primary.ts';
import { smallerPools } from './pool-size.ts';
import { isWasteful } from './wasteful-causes.ts';

type Limited = Pressure & { readonly scope: Exclude<Scope, { readonly kind: 'server' }> };

/**
 * For a role or database at its own limit: raise the limit when its sessions work, make the pools smaller
 * when they are idle.
 */
export function raiseLimit(facts: AdviceFacts): readonly Advice[] {
  const limited = limitedScope(facts);
  if (limited === null) return [lookAtLimits(facts)];
  const { scope, usable: limit } = limited;
  const isInside = (session: Session) => countsFor(scope, groupOf(session));
  const busy = slotHolders(facts.snapshot)
    .filter(isInside)
    .filter(({ state }) => state !== 'idle').length;
  const culprits = facts.culprits.filter(({ sessions }) => sessions.some(isInside));
  const holder = `${scope.kind} ${cleanName(scope.name)}`;
  const inVain = culprits.some(isWasteful);
  // When the diagnosis names no program, many idle sessions count as too many.
  if (inVain || (culprits.length === 0 && busy * 2 < limit)) {
    const spare = Math.max(1, Math.floor(limit / 10));
    return smallerPools(culprits, limit - spare, `${limit} sessions that ${holder} may have`);
  }
  if (facts.isReplica) return [limitOnPrimary(`${allTaken(limit, holder)} here, ${busy} busy.`, holder)];
  const room = allowedUse({ kind: 'server' }, facts.slots.usable, facts.record.policy.relieve.until);
  const more = Math.min(Math.max(1, Math.ceil(limit / 2)), room - facts.slots.used);
  const found = `${allTaken(limit, holder)}${busy > 0 ? `, ${busy} busy` : ''}`;
  if (more < 1)
    return [
      forOperator(
        `${found}, and the server has no free slots for more: other programs must give slots back first.`,
      ),
    ];
  const owner = `ALTER ${scope.kind.toUpperCase()} ${quoteIdentifier(scope.name)} CONNECTION LIMIT`;
  return [
    forOperator(
      `${found}. Raise its limit to ${limit + more} (${facts.slots.free} of the server's ${facts.slots.usable} slots are free), which works at once, or make its pools smaller.`,
      sqlPaste([`${owner} ${limit + more};`], [`${owner} ${limit};`]),
    ),
  ];
}

function allTaken(limit: number, holder: string): string {
  return limit === 1
    ? `The only session that ${holder} may have is taken`
    : `All ${limit} sessions that ${holder} may have are taken`;
}

/**
 * Clients were refused by a limit that is not reached now: the refusal is over, or we do not know which role
 * or database it was.
 */
function lookAtLimits({ diagnosis }: AdviceFacts): Advice {
  const databases = diagnosis.cause === 'database-limit';
  const look = databases
    ? 'SELECT datname, datconnlimit FROM pg_database WHERE datconnlimit > 0;'
    : 'SELECT rolname, rolconnlimit FROM pg_roles WHERE rolconnlimit > 0;';
  const owner = databases ? "a database's" : "a role's";
  return forOperator(
    `Clients were refused by ${owner} CONNECTION LIMIT, which is no longer reached. Check that the limits are large enough for the pools:`,
    sqlPaste([look]),
  );
}

/** The scope as the run saw it, or else the first full one in the snapshot. */
function limitedScope({ record, snapshot, diagnosis }: AdviceFacts): Limited | null {
  const kind = diagnosis.cause === 'database-limit' ? 'database' : 'role';
  const seen = record.plan?.pressure.find((each) => each.under && each.scope.kind === kind);
  if (seen && isLimited(seen)) return seen;
  const limits = kind === 'role' ? snapshot.slots.roles : snapshot.slots.databases;
  const usedIn = inScopes(slotHolders(snapshot));
  const full = limits.find(({ name, limit }) => limit > 0 && usedIn({ kind, name }) >= limit);
  if (full === undefined) return null;
  const { name, limit } = full;
  const used = usedIn({ kind, name });
  return { scope: { kind, name }, usable: limit, used, free: limit - used, under: true, need: 0 };
}

function isLimited(pressure: Pressure): pressure is Limited {
  return scopeName(pressure.scope) !== '';
}
