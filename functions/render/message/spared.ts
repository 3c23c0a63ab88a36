import { cleanName } from '../../core/base/clean-text.ts';
import type { Spared } from '../../core/plan/plan.ts';
import { policyKeyOf } from '../../core/plan/policy-key.ts';
import { type Policy, reapRules } from '../../core/policy/policy.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { identityOf, type Session, takesSlot } from '../../core/server/session.ts';
import { ownSessions } from '../../core/server/snapshot.ts';
import type { Facts } from '../base/facts.ts';
import { bounded, type Column, row, type Section, wrap } from '../base/layout.ts';
import { ageRange, ageText, counted } from '../base/phrases.ts';
import { sparedByNameTexts } from './program-notes.ts';
import { protectionLimits } from './protection-limits.ts';

const ON_SCREEN = 3;

const COLUMNS_OF_SPARED: readonly Column[] = [
  { width: 5, align: 'right' },
  { width: 70, align: 'left' },
];

/** The sessions that stayed for one reason, which is in words. */
export type SparedGroup = { readonly reason: string; readonly those: readonly Spared[] };

/**
 * Which sessions stayed and why, the most frequent reason first. Sessions that take no slot are left out:
 * ours and the server's processes.
 */
export function sparedGroups(record: RunRecord): readonly SparedGroup[] {
  const { plan, snapshot, policy } = record;
  const isOwn = snapshot === null ? () => false : ownSessions(snapshot);
  // A later round may have ended a session that the first plan spared.
  const terminations = new Set(
    record.attempts.filter(({ result }) => result !== 'gone' && result !== 'changed').map(identityOf),
  );
  const stays = (session: Session) =>
    takesSlot(session) && !isOwn(session) && !terminations.has(identityOf(session));
  const spared = plan?.spared.filter(({ session }) => stays(session)) ?? [];
  return [...Map.groupBy(spared, (each) => reasonText(each, policy))]
    .map(([reason, those]) => ({ reason, those }))
    .sort((a, b) => b.those.length - a.those.length);
}

export function sparedSummary({ record }: Facts): Section {
  const reasons = sparedGroups(record);
  const spared = reasons.flatMap(({ those }) => those);
  return {
    title: `SPARED: ${counted(spared.length, 'session')}`,
    lines: [
      ...bounded(
        reasons,
        ON_SCREEN,
        ({ reason, those }) => sparedRow(String(those.length), `${reason}${agesOf(those)}`),
        (rest) => sparedRow(String(rest.flatMap(({ those }) => those).length), 'for other reasons'),
      ),
      ...sparedByNameTexts({ spared }, record.snapshot).flatMap((text) => wrap(text)),
      ...protectionLimits(record.policy, spared),
    ],
  };
}

function sparedRow(count: string, reason: string): string {
  return row(COLUMNS_OF_SPARED, [count, reason]);
}

/** Only the ages of sessions that are too young matter. One line is enough for all of them. */
function agesOf(spared: readonly Spared[]): string {
  if (spared[0]?.reason !== 'too-young') return '';
  return ` (${ageRange(spared.map(({ session }) => session.stateAgeMs ?? 0))})`;
}

/** One line for all programs that keep a session. */
function keptText({ limits: { keepPerGroup } }: Policy): string {
  return `the last ${keepPerGroup === 1 ? 'one' : keepPerGroup} of ${keepPerGroup === 1 ? 'its' : 'their'} program (limits.keepPerGroup)`;
}

function reasonText(spared: Spared, policy: Policy): string {
  const { reason, detail, session } = spared;
  const exactly = cleanName(detail, 100);
  switch (reason) {
    case 'built-in':
      return `never ended: ${exactly}`;
    case 'protected':
      return `protected: ${exactly}${keyText(spared)}`;
    case 'not-included':
      return `not included by the policy: ${exactly}${keyText(spared)}`;
    case 'state':
      return session.state === 'active' ? 'active' : `${exactly} (your policy does not end those)`;
    case 'unknown-age':
      return 'age unknown';
    case 'too-young':
      return `${cleanName(session.state ?? '')} for less than ${youngest(session.state, policy)}`;
    case 'kept':
      return keptText(policy);
    case 'limit':
      return exactly;
    case 'not-needed':
      return 'not needed: enough slots without them';
    default: {
      const never: never = reason;
      return never;
    }
  }
}

/** The key that a person would change. */
function keyText(spared: Spared): string {
  const key = policyKeyOf(spared);
  return key === null ? '' : ` (${key})`;
}

/** The least age at which a rung ends sessions of this state. */
function youngest(state: string | null, policy: Policy): string {
  const agesOf = (lines: readonly { readonly state?: string | undefined; readonly minAgeMs: number }[]) =>
    lines.filter((line) => (line.state ?? 'idle') === state).map(({ minAgeMs }) => minAgeMs);
  const rungs = agesOf(policy.relieve.ladder);
  const ages = rungs.length > 0 ? rungs : agesOf(reapRules(policy));
  return ages.length === 0 ? 'the policy asks for' : ageText(Math.min(...ages));
}

/** The reason in as few words as a line about all spared sessions has room for. */
export function briefReason(each: Spared, policy: Policy): string {
  switch (each.reason) {
    case 'kept':
      return 'kept (limits.keepPerGroup)';
    case 'not-needed':
      return 'not needed';
    case 'state':
      return each.session.state === 'active' ? 'active' : cleanName(each.detail, 100);
    case 'built-in':
      return cleanName(each.detail, 100);
    case 'protected':
      return `protected (${cleanName(each.detail, 100)})`;
    case 'not-included':
      return `not included (${policyKeyOf(each) ?? each.detail})`;
    default:
      return reasonText(each, policy);
  }
}
