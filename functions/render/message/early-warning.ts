import { type Advice, forDeveloper, forOperator } from '../../core/advice/advice.ts';
import type { Growth } from '../../core/diagnosis/who-grows.ts';
import type { EarlyWarning } from '../../core/incident/note-warning.ts';
import type { Mode } from '../../core/policy/mode.ts';
import type { RunHead } from '../../core/run/run-head.ts';
import { ALWAYS_TOLD_PERCENT } from '../../core/warning/warning-signs.ts';
import type { Invocation } from '../../events/parse-destination.ts';
import type { Message } from '../base/message.ts';
import { aboutText, counted, groupName, rateText } from '../base/phrases.ts';
import { renderRemains } from './remains.ts';
import { said } from './remark-table.ts';

type WarnedRun = { readonly runId: string; readonly server: string; readonly mode: Mode };

/** The message before a server is full: how full, when, who grows, and what the policy would do. */
export function renderEarlyWarning(
  head: RunHead,
  { runId, server, mode }: WarnedRun,
  invocation: Invocation,
  warning: EarlyWarning,
  growth: Growth | null,
): Message {
  const { used, usable, at, forecast } = warning;
  return renderRemains({
    ...{ kind: 'warning', invocation, runId, server },
    ...{ story: null, recordUrl: null, mode, outcome: 'healthy', severity: 'warning', observed: false },
    state: `filling up ${used}/${usable}`,
    parts: [
      forecast === null ? `${percentOf(warning)} %` : `full at ${clockText(forecast.fullAt, at)}`,
      ...grower(growth),
    ],
    sentence: `${used} of ${usable} slots are used (${percentOf(warning)} %). ${reasonText(warning)}`,
    at,
    identity: head,
    more: { warning: forecast === null ? 'tier' : 'forecast' },
    remarks: [
      ...said('why', [programText(growth, at)], 'WHO GROWS'),
      ...said('why', [policyText(growth)], 'AT PRESSURE'),
    ],
    steps: stepsOf(growth),
  });
}

function percentOf({ used, usable }: EarlyWarning): number {
  return Math.floor((used * 100) / Math.max(1, usable));
}

function reasonText({ forecast, percent, at }: EarlyWarning): string {
  const refused = 'No client is refused yet.';
  if (forecast === null) {
    const why =
      (percent ?? 0) < ALWAYS_TOLD_PERCENT
        ? 'more than was counted at this hour in the last three weeks'
        : 'too much for any hour';
    return `They reached ${percent} %: ${why}. ${refused}`;
  }
  const left = aboutText(Date.parse(forecast.fullAt) - Date.parse(at));
  return `At the pace of the last hour, ${rateText(forecast.perHour)}, the last one is taken in ${left}, at ${clockText(forecast.fullAt, at)}. ${refused}`;
}

/** For the subject, which says the most important in few words. */
function grower(growth: Growth | null): readonly string[] {
  const group = growth?.program?.group;
  if (group === undefined) return [];
  const name = (group.application || group.user).slice(0, MAX_NAME);
  return name === '' ? [] : [`${name} grows`];
}

const MAX_NAME = 32;

function programText(growth: Growth | null, at: string): string {
  if (growth === null) return 'This run counted the slots and did not read the sessions.';
  const { program } = growth;
  if (program === null) return 'No program opened more than a few of its sessions in the last hour.';
  const { group, sessions, opened, steady } = program;
  const since = steady === null ? null : clockText(new Date(steady.since).toISOString(), at);
  const pace = steady === null ? '' : `, at a steady ${rateText(steady.perHour)} since ${since}`;
  const which = opened === sessions ? 'all of them' : `${opened} of them`;
  return `${groupName(group)} holds ${counted(sessions, 'session')}, ${which} opened in the last hour${pace}.`;
}

function policyText(growth: Growth | null): string {
  if (growth === null) return '';
  const { mode, pressureFrom, couldEnd } = growth.policy;
  const most = couldEnd === 0 ? 'none' : `at most ${couldEnd}`;
  const does =
    mode === 'enforce'
      ? `would end ${most} of the sessions that are here now`
      : `only observes: it would choose ${most} of the sessions that are here now, and ends none`;
  return `The policy acts from ${counted(pressureFrom, 'used slot')} on. It ${does}.`;
}

function stepsOf(growth: Growth | null): readonly Advice[] {
  const wait = forOperator(
    'This is told once. The next message comes when clients are refused or a run acts.',
  );
  const program = growth?.program ?? null;
  if (program === null)
    return [
      forOperator('Look which programs hold the slots, and whether a deployment is going on.'),
      ...byHand(growth),
      wait,
    ];
  const name = groupName(program.group);
  const why =
    program.steady === null
      ? 'a deployment, a larger pool or more load'
      : 'connections that are not given back, or a pool that is made anew for each request';
  return [
    forDeveloper(
      `Find out why ${name} opens connections and keeps them: ${why}. Stop or restart it if it must not go on.`,
    ),
    ...byHand(growth),
    wait,
  ];
}

/** What people do where the policy frees nothing. */
function byHand(growth: Growth | null): readonly Advice[] {
  if (growth === null || (growth.policy.mode === 'enforce' && growth.policy.couldEnd > 0)) return [];
  return [
    forOperator(
      'The policy will free no slot: end sessions by hand before the server is full, or change the policy.',
    ),
  ];
}

/** `14:20 UTC`, with the date on another day. */
function clockText(iso: string, at: string): string {
  const isSameDay = iso.slice(0, 10) === at.slice(0, 10);
  return `${isSameDay ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 16)} UTC`;
}
