import { cleanName, isPlainlyVisible } from '../base/clean-text.ts';
import { UNKNOWN_BYTE } from '../base/server-text.ts';
import { quoteIdentifier, quoteLiteral } from '../base/sql-text.ts';
import { counted, listText } from '../base/words.ts';
import { evenLimits, limitsText, type RoleLimit, roleLimitFor } from '../server/role-limit.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { maySetRole } from './bystanders.ts';
import { limitOnPrimary } from './on-primary.ts';

/** Statements for more roles are a list, not advice. */
const MOST_ROLES = 5;
/** With more roles people would not even read the list of names. */
const MOST_PRINTED = 100;
const IN_A_LINE = 4;

/**
 * Limits for the roles of the main cause. Each role gives back what the server lacks in proportion to the
 * sessions that the cause explains. A limit works at once, for new sessions.
 */
export function capRole(facts: AdviceFacts): readonly Advice[] {
  const limits = limitsOf(facts);
  const [first] = limits;
  if (first === undefined) return [];
  if (facts.isReplica)
    return limits.slice(0, 1).map((limit) => limitOnPrimary(heldText(limit), whoseOf(limit)));
  if (limits.length > MOST_ROLES) return [forMany(limits, facts.slots.usable)];
  return [forOperator(limits.length === 1 ? forOne(first) : forSome(limits), limitPaste(limits))];
}

function limitsOf({ snapshot, diagnosis, culprits, slots }: AdviceFacts): readonly RoleLimit[] {
  const behind = culprits.filter(({ cause }) => cause === diagnosis.cause);
  const explained = behind.flatMap(({ sessions }) => sessions);
  const ofMany = evenLimits(snapshot, explained, slots.need).filter(({ role }) =>
    maySetRole(snapshot, role, 'work'),
  );
  if (ofMany.length > MOST_ROLES) return ofMany;
  return [...Map.groupBy(explained, ({ user }) => user ?? '')]
    .toSorted(([, some], [, more]) => more.length - some.length)
    .filter(([role]) => maySetRole(snapshot, role, 'work'))
    .flatMap(
      ([role, those]) =>
        roleLimitFor(snapshot, role, Math.ceil((slots.need * those.length) / explained.length)) ?? [],
    );
}

function whoseOf({ role }: RoleLimit): string {
  return `role ${cleanName(role)}`;
}

const KEEPS = 'Open sessions stay; new ones above the limit are refused.';

function forOne(limit: RoleLimit): string {
  return `To keep ${whoseOf(limit)} from filling the server again, cap it at ${counted(limit.limit, 'session')} (it held ${limit.held}). ${KEEPS}${sharedText(limit)}`;
}

function forSome(limits: readonly RoleLimit[]): string {
  const each = limits.map(({ role, limit, held }) => `${cleanName(role)} at ${limit} (it held ${held})`);
  return `To keep these roles from filling the server again, cap each: role ${listText(each, MOST_ROLES)}. ${KEEPS}`;
}

function forMany(limits: readonly RoleLimit[], usable: number): Advice {
  const names = listText(
    limits.map(({ role }) => cleanName(role)),
    3,
  );
  const held = limits.reduce((sum, each) => sum + each.held, 0);
  const together = limits.reduce((sum, { limit }) => sum + limit, 0);
  const each = `${limitsText(limits)} sessions (${together} together, of ${usable} usable slots)`;
  const text = `${limits.length} roles held ${held} sessions together: ${names}. Let each have at most ${each}: make its pool so small, and cap it with CONNECTION LIMIT. ${KEEPS}`;
  // What the query prints has the names as they are.
  const isUnclear = ({ role }: RoleLimit) => role.includes(UNKNOWN_BYTE) || !isPlainlyVisible(role);
  if (limits.length > MOST_PRINTED || limits.some(isUnclear)) return forOperator(text);
  return forOperator(`${text} This prints the statements and changes nothing:`, printPaste(limits));
}

/** A query that prints a statement for each of these roles. */
function printPaste(limits: readonly RoleLimit[]): Advice['paste'] {
  const print = (countOf: (limit: RoleLimit) => number) => {
    const rows = limits.map((limit) => `(${quoteLiteral(limit.role)}, ${countOf(limit)})`);
    const lines = Array.from({ length: Math.ceil(rows.length / IN_A_LINE) }, (_, at) =>
      rows.slice(at * IN_A_LINE, (at + 1) * IN_A_LINE).join(', '),
    );
    return [
      "SELECT format('ALTER ROLE %I CONNECTION LIMIT %s;', role, most) FROM (VALUES",
      ...lines.map((line, at) => (at === lines.length - 1 ? line : `${line},`)),
      ') AS each (role, most);',
    ];
  };
  return sqlPaste(
    print(({ limit }) => limit),
    print(({ before }) => before ?? -1),
  );
}

export function heldText({ role, held }: RoleLimit): string {
  return `Role ${cleanName(role)} held ${counted(held, 'session')} here.`;
}

/** A role's limit counts all of its applications together. */
export function sharedText({ groups }: RoleLimit): string {
  return groups > 1 ? ` All ${groups} programs of the role share it.` : '';
}

export function limitPaste(limits: readonly RoleLimit[]): Advice['paste'] {
  const statement = (role: string, count: number) =>
    `ALTER ROLE ${quoteIdentifier(role)} CONNECTION LIMIT ${count};`;
  return sqlPaste(
    limits.map(({ role, limit }) => statement(role, limit)),
    limits.map(({ role, before }) => statement(role, before ?? -1)),
  );
}
