import { type Advice, forDeveloper, forOperator } from '../../core/advice/advice.ts';
import type { Growth } from '../../core/diagnosis/who-grows.ts';
import type { EarlyWarning } from '../../core/incident/note-warning.ts';
import type { Mode } from '../../core/policy/mode.ts';
import type { RunHead } from '../../core/run/run-head.ts';
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
      ...said('heldBack', [policyText(growth)], 'AT PRESSURE'),
    ],
    steps: stepsOf(growth),
  });
}

function percentOf({ used, usable }: EarlyWarning): number {
  return Math.floor((used * 100) / Math.max(1, usable));
}

function reasonText({ forecast, percent, at }: EarlyWarning): string {
  const refused = 'No client is refused yet.';
  if (forecast === null)
    return `They reached ${percent} %: more than was counted at this hour in the last three weeks, or too much for any hour. ${refused}`;
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
  return `${groupName(group)} holds ${counted(sessions, 'session')}, ${opened} of them opened in the last hour${pace}.`;
}

function policyText(growth: Growth | null): string {
  if (growth === null) return '';
  const { mode, pressureFrom, couldEnd } = growth.policy;
  const does =
    mode === 'enforce'
      ? `it would end at most ${couldEnd}`
      : `it would choose at most ${couldEnd}, and end none, because it only observes`;
  return `The policy acts from ${counted(pressureFrom, 'used slot')} on. Of the sessions that are here now ${does}.`;
}

function stepsOf(growth: Growth | null): readonly Advice[] {
  const wait = forOperator(
    'This is told once. The next message comes when clients are refused or a run acts.',
  );
  const program = growth?.program ?? null;
  if (program === null)
    return [forOperator('Look which programs hold the slots, and whether a deployment is going on.'), wait];
  const name = groupName(program.group);
  const why =
    program.steady === null
      ? 'a deployment, a larger pool or more load'
      : 'connections that are not given back, or a pool that is made anew for each request';
  return [
    forDeveloper(
      `Find out why ${name} opens connections and keeps them: ${why}. Stop or restart it if it must not go on.`,
    ),
    ...(growth !== null && growth.policy.couldEnd === 0
      ? [
          forOperator(
            'The policy would free no slot now: end sessions by hand, or change its ladder before the server is full.',
          ),
        ]
      : []),
    wait,
  ];
}

/** `14:20 UTC`, with the date on another day. */
function clockText(iso: string, at: string): string {
  const isSameDay = iso.slice(0, 10) === at.slice(0, 10);
  return `${isSameDay ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 16)} UTC`;
}
