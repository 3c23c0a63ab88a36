import { cleanName } from '../../core/base/clean-text.ts';
import type { Plan, Spared, SparedReason } from '../../core/plan/plan.ts';
import { policyKeyOf } from '../../core/plan/policy-key.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import { CLIENT_BACKEND, type Group, type Session } from '../../core/server/session.ts';
import { compareText } from '../../core/server/slots.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import type { Section } from '../base/layout.ts';
import { ageRange, counted } from '../base/phrases.ts';
import { sparedByNameTexts } from '../message/program-notes.ts';
import { protectionLimits } from '../message/protection-limits.ts';
import type { Paint } from './paint.ts';
import { MOST_ROWS, type Screen, WIDE_SCREEN } from './screen.ts';
import { type Heading, textTable } from './text-table.ts';

/** From so many columns on, why a session stays is not cut as long as role and database can go. */
const ROOMY = 76;

const headingsOn = (columns: number): readonly Heading[] => [
  { title: 'sessions', align: 'right' },
  { title: 'why', align: 'left', most: 60, least: columns >= ROOMY ? 48 : 32 },
  { title: 'application', align: 'left', least: 12 },
  { title: 'user', align: 'left', most: 16, isSpare: true },
  { title: 'database', align: 'left', most: 16, isSpare: true },
];

/** Reasons that a change of the policy can remove come first, built-in ones last. */
const REASONS: Readonly<Record<SparedReason, string>> = {
  limit: '',
  kept: 'kept: ',
  'not-needed': 'not needed: ',
  'too-young': 'too young: ',
  state: 'not a state that the policy ends: ',
  'unknown-age': 'unknown age: ',
  'not-included': 'not included: ',
  protected: 'protected: ',
  'built-in': 'never ended: ',
};
const ORDER = Object.keys(REASONS);

/** Which sessions would stay and why: by reason, by what exactly applied, and by group. */
export function sparedSection(
  { spared }: Plan,
  policy: Policy,
  snapshot: Snapshot,
  paint: Paint,
  { columns, all }: Screen = WIDE_SCREEN,
): Section {
  if (spared.length === 0) return { title: '', lines: [] };
  const nameOf = programNames(snapshot);
  const keyOf = (each: Spared) => kindOf(each, nameOf(each.session));
  const kinds = [...Map.groupBy(spared, keyOf).values()].sort(byKind(keyOf));
  const most = all ? kinds.length : MOST_ROWS;
  const shown = kinds
    .slice(0, most)
    .map((kind) => [String(kind.length), whyText(kind), ...names(kind, nameOf)]);
  const rest = kinds.slice(most).flat();
  return {
    title: paint('title', `Spared: ${counted(spared.length, 'session')}`),
    lines: [
      ...textTable(headingsOn(columns), shown, paint, columns),
      ...(rest.length > 0 ? [`  and ${counted(rest.length, 'session')} more, each kind with --all`] : []),
      ...sparedByNameTexts({ spared }, snapshot).map((text) => `  ${text}`),
      ...protectionLimits(policy, spared),
    ],
  };
}

/** The server's own processes are no clients and take no slot, so that one line is enough. */
function isServerProcess({ session: { backendType } }: Spared): boolean {
  return backendType !== null && backendType !== CLIENT_BACKEND && backendType !== 'walsender';
}

/**
 * What exactly applied, in one text for all sessions of a kind: for too young sessions the detail has each
 * session's age.
 */
function detailOf(spared: Spared): string {
  if (isServerProcess(spared)) return "the server's own processes";
  return spared.reason === 'too-young' ? (spared.session.state ?? '') : spared.detail;
}

function kindOf(spared: Spared, name: Group): string {
  const group = isServerProcess(spared) ? '' : groupText(name);
  return [spared.reason, detailOf(spared), group].join('\n');
}

function byKind(keyOf: (spared: Spared) => string) {
  return (a: readonly Spared[], b: readonly Spared[]): number => {
    const [first, second] = [a[0], b[0]];
    if (first === undefined || second === undefined) return 0;
    return (
      ORDER.indexOf(first.reason) - ORDER.indexOf(second.reason) ||
      Number(isServerProcess(first)) - Number(isServerProcess(second)) ||
      b.length - a.length ||
      compareText(keyOf(first), keyOf(second))
    );
  };
}

function whyText(kind: readonly Spared[]): string {
  const [first] = kind;
  if (first === undefined) return '';
  const detail = cleanName(detailOf(first));
  if (first.reason === 'state' && first.session.state === 'active') return 'active';
  if (first.reason !== 'too-young') return `${REASONS[first.reason]}${detail}${keyText(first)}`;
  return `${REASONS[first.reason]}${detail} for ${ageRange(kind.map(({ session }) => session.stateAgeMs ?? 0))}`;
}

/** The key that a person would change. What the policy keeps of a program is said by its program. */
function keyText(spared: Spared): string {
  const key = spared.reason === 'kept' ? null : policyKeyOf(spared);
  return key === null ? '' : ` (${key})`;
}

function names([first]: readonly Spared[], nameOf: (session: Session) => Group): readonly string[] {
  if (first === undefined || isServerProcess(first)) return [];
  const { application, user, database } = nameOf(first.session);
  return [application, user, database].map((name) => cleanName(name));
}
