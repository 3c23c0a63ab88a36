import { cleanName } from '../../core/base/clean-text.ts';
import { namesLostHere } from '../../core/doctor/lost-names.ts';
import { heldBack } from '../../core/plan/held-back.ts';
import type { LimitCut, Plan } from '../../core/plan/plan.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { inScopes, type Pressure } from '../../core/server/slots.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import type { TriggerKind } from '../../core/trigger/trigger.ts';
import { type Section, sections, wrap } from '../base/layout.ts';
import { counted, scopeText, thresholdText, timeText } from '../base/phrases.ts';
import { productText } from '../base/product.ts';
import { heldBackTexts } from '../message/held-back-text.ts';
import { releasedTexts } from '../message/program-notes.ts';
import type { Meaning, Paint } from './paint.ts';
import { sparedSection } from './plan-spared.ts';
import { victimsSection } from './plan-victims.ts';
import { type Screen, WIDE_SCREEN } from './screen.ts';
import { type Heading, textTable } from './text-table.ts';

/** A plan, and the snapshot and policy from which it was made. */
export type PlanView = {
  /** Where the snapshot came from: a server or a file. */
  readonly source: string;
  /** The name of the policy's file, or that it is the default. */
  readonly policyName: string;
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly trigger: TriggerKind;
  readonly plan: Plan;
};

/**
 * A plan for a terminal: the verdict, the slots now and afterwards, which sessions would end, and which would
 * stay and why.
 */
export function renderPlan(view: PlanView, paint: Paint, screen: Screen = WIDE_SCREEN): string {
  const { plan, policy, snapshot } = view;
  return sections([
    {
      title: paint(verdictMeaning(plan), headline(plan)),
      lines: [...shortfall(view), ...origin(view, paint), ...inVain(view)],
    },
    slotsSection(plan, paint, screen),
    victimsSection(plan, policy, snapshot, paint, screen),
    sparedSection(plan, policy, snapshot, paint, screen),
  ]);
}

/** The part of the plan that a person reads before sessions end. */
export function renderVictims(view: PlanView, paint: Paint, screen: Screen = WIDE_SCREEN): string {
  const { plan, policy, snapshot } = view;
  return sections([
    {
      title: paint(verdictMeaning(plan), headline(plan)),
      lines: [...shortfall(view), ...origin(view, paint)],
    },
    slotsSection(plan, paint, screen),
    victimsSection(plan, policy, snapshot, paint, screen),
  ]);
}

export function verdictMeaning({ verdict }: Plan): Meaning {
  if (verdict === 'healthy' || verdict === 'sufficient') return 'good';
  return verdict === 'partial' ? 'warning' : 'bad';
}

export function headline({ verdict, victims, missing, problem }: Plan): string {
  const sessions = counted(victims.length, 'session');
  switch (verdict) {
    case 'healthy':
      if (victims.length > 0) return `Healthy: no pressure; the policy would reap ${sessions}.`;
      return 'Healthy: no pressure, nothing to do.';
    case 'sufficient':
      return `Sufficient: ending ${sessions} restores headroom.`;
    case 'partial':
      return `Partial: ending ${sessions} leaves ${counted(missing, 'slot')} missing.`;
    case 'no-candidates':
      if (problem !== null) return 'No plan: the policy does not fit this server.';
      return `No candidates: ${counted(missing, 'slot')} missing, and the policy spares all sessions.`;
    default: {
      const never: never = verdict;
      return never;
    }
  }
}

/**
 * Both numbers of each limit that cut the plan, the keys because of which slots are missing, and the keeps
 * that were released.
 */
function shortfall({ plan, snapshot, policy, trigger }: PlanView): readonly string[] {
  return [
    ...plan.limits.map(limitText),
    ...heldBackTexts(heldBack(plan, snapshot, policy, trigger), policy),
    ...releasedTexts(plan, snapshot),
  ].map((text) => `  ${text}`);
}

function limitText({ limit, allowed, wanted }: LimitCut): string {
  return `${wanted} ${wanted === 1 ? 'is' : 'are'} needed, ${limit} allows ${counted(allowed, 'session')}.`;
}

function origin(
  { source, snapshot, policy, policyName, trigger }: PlanView,
  paint: Paint,
): readonly string[] {
  const taken = snapshot.takenAt === '' ? '' : `, ${timeText(snapshot.takenAt)}`;
  const { when, until } = policy.relieve;
  return [
    `  ${cleanName(source, 200)}, ${productText(snapshot.server)}${taken}`,
    `  Policy ${cleanName(policyName, 200)}, mode ${policy.mode}: acts at ${thresholdText(when)}, until ${thresholdText(until)}; trigger ${trigger}`,
  ].map((line) => paint('faint', line));
}

/** Patterns that match nothing here, so that people do not rely on them as a protection. */
function inVain({ policy, snapshot }: PlanView): readonly string[] {
  return namesLostHere(policy, snapshot).flatMap((text) => wrap(text));
}

/** Left out where no session would end. */
const AFTERWARDS: readonly Heading[] = [
  { title: 'used then', align: 'right', isSpare: true },
  { title: 'free then', align: 'right', isSpare: true },
];

const headingsOf = (ends: boolean): readonly Heading[] => [
  { title: 'scope', align: 'left', most: 40 },
  { title: 'usable', align: 'right', isSpare: true },
  { title: 'used', align: 'right' },
  { title: 'free', align: 'right' },
  { title: 'need', align: 'right' },
  ...(ends ? AFTERWARDS : []),
  { title: '', align: 'left', most: 60, least: 25 },
];

function slotsSection({ pressure, victims }: Plan, paint: Paint, { columns }: Screen): Section {
  const ends = victims.length > 0;
  const goingIn = inScopes(victims.map(({ session }) => session));
  const rows = pressure.map((each) => {
    const { scope, usable, used, need } = each;
    const going = goingIn(scope);
    const then = used - going;
    const after = ends ? [withPercent(then, usable), freeText(usable - then)] : [];
    return [
      scopeText(scope),
      String(usable),
      withPercent(used, usable),
      freeText(usable - used),
      String(need),
      ...after,
      standing(each, going),
    ];
  });
  return { title: paint('title', 'Slots'), lines: textTable(headingsOf(ends), rows, paint, columns) };
}

function withPercent(used: number, usable: number): string {
  return usable > 0 ? `${used} (${Math.floor((used * 100) / usable)} %)` : String(used);
}

/** A negative number is computed but not shown. */
function freeText(free: number): string {
  return String(Math.max(0, free));
}

function standing({ scope, free, under, need }: Pressure, going: number): string {
  const eaten = free < 0 && scope.kind === 'server' ? `, ${-free} reserved slots in use` : '';
  const missing = need > going ? `, ${need - going} missing` : '';
  return `${under ? 'under pressure' : 'no pressure'}${missing}${eaten}`;
}
