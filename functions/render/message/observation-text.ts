import { type Advice, forDeveloper, forOperator } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import type { Observation } from '../../core/incident/observation.ts';
import type { RunHead } from '../../core/run/run-head.ts';
import type { Invocation } from '../../events/parse-destination.ts';
import type { Message } from '../base/message.ts';
import { counted, groupName, listText } from '../base/phrases.ts';
import { renderRemains } from './remains.ts';
import { said } from './remark-table.ts';

/** The names of more programs are not read. */
const MOST_NAMED = 5;

type Week = { readonly runId: string; readonly server: string | null; readonly head: RunHead | null };

/** The message after a week of observing: what would have been ended, and what to set before enforcing. */
export function renderObservation(week: Week, invocation: Invocation, observed: Observation): Message {
  const { runId, server, head } = week;
  const { since, runs, programs } = observed;
  const days = counted(
    Math.floor((Date.parse(head?.startedAt ?? since) - Date.parse(since)) / DAY_MS),
    'day',
  );
  return renderRemains({
    ...{ kind: 'observation', invocation, runId, server, story: null, recordUrl: null },
    ...{ mode: 'observe', outcome: 'healthy', severity: 'info', observed: true },
    state: `observed for ${days}`,
    parts: [runs === 0 ? 'no run would have acted' : `${counted(runs, 'run')} would have acted`],
    sentence: `it was observed for ${days}. ${sumText(observed)}`,
    at: head?.startedAt ?? null,
    identity: head ?? undefined,
    remarks: said(
      'ended',
      [programs.length === 0 ? '' : `${listText(programs.map(programText), MOST_NAMED)}.`],
      'WOULD HAVE LOST SESSIONS',
    ),
    steps: stepsOf(server, observed),
  });
}

const DAY_MS = 24 * 60 * 60_000;

function sumText({ runs, most }: Observation): string {
  if (runs === 0) return 'No run would have ended a session.';
  return `${counted(runs, 'run')} would have ended sessions, at most ${most} at once.`;
}

function programText({ group, runs, most }: Observation['programs'][number]): string {
  return `${groupName(group)} in ${counted(runs, 'run')} (up to ${most} at once)`;
}

function stepsOf(server: string | null, { runs, programs }: Observation): readonly Advice[] {
  const enforce = forOperator(
    `Then set "mode": "enforce" in the policy of ${cleanName(server ?? 'this server')} and deploy. Until then nothing is ended.`,
  );
  if (runs === 0)
    return [forOperator('Nothing stands against enforcing: no program would have felt it.'), enforce];
  const names = listText(
    programs.map(({ group }) => groupName(group)),
    MOST_NAMED,
  );
  return [
    forDeveloper(
      `Test that these programs survive losing connections (error 57P01): ${names}. The messages of these days have each session.`,
    ),
    forOperator('Name those that must not lose any in protect.applications of the policy.'),
    enforce,
  ];
}
