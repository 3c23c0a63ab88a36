import { cleanName } from '../core/clean-text.ts';
import { roleLimitFor } from '../core/role-limit.ts';
import { groupKey, groupOf } from '../core/session.ts';
import type { AttemptResult } from '../core/verification.ts';
import type { Facts, Tried } from './facts.ts';
import { type Section, wrap } from './layout.ts';
import { outcomeSteps } from './outcome-steps.ts';
import { quoteIdentifier } from './sql.ts';
import { counted, groupName, listText } from './words.ts';

/** What somebody can do now: a sentence, and lines to paste, which are never broken. Nothing of it is executed. */
export type Step = { readonly text: string; readonly sql?: readonly string[] };

export function whatNext(facts: Facts): Section {
  return { title: 'WHAT NEXT', lines: stepLines(stepsOf(facts)) };
}

export function stepsOf(facts: Facts): readonly Step[] {
  const { outcome, problem } = facts.record;
  return [
    ...outcomeSteps(outcome, problem?.code ?? null, facts),
    ...missingGrant(facts),
    ...mayCrash(facts),
    ...roleLimit(facts),
    ...askOwners(facts),
    ...toEnforce(facts),
  ];
}

export function stepLines(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ text, sql = [] }, at) => [
    ...wrap(text, 5, `${at + 1}. `),
    ...sql.map((line) => `       ${line}`),
  ]);
}

function missingGrant({ results, ownRole }: Facts): readonly Step[] {
  const forbidden = results.get('forbidden') ?? 0;
  if (forbidden === 0 || ownRole === null) return [];
  return [
    {
      text: `The server did not let our role end ${counted(forbidden, 'session')}. It needs:`,
      sql: [`GRANT pg_signal_backend TO ${quoteIdentifier(ownRole)};`],
    },
  ];
}

function roleLimit({ record, ranking }: Facts): readonly Step[] {
  const need = record.plan?.pressure.find(({ scope }) => scope.kind === 'server')?.need ?? 0;
  const advice =
    record.snapshot === null || ranking === null ? null : roleLimitFor(record.snapshot, ranking, need);
  if (advice === null) return [];
  const { role, limit, before, held, groups } = advice;
  const shared = groups > 1 ? ` All ${groups} groups of the role share it.` : '';
  const undo = before ?? -1;
  return [
    {
      text: `To keep role ${cleanName(role)} from filling the server again, cap it at ${limit} (it held ${held}). Open sessions stay, new ones over the limit are refused.${shared}`,
      sql: [
        `ALTER ROLE ${quoteIdentifier(role)} CONNECTION LIMIT ${limit};`,
        `-- undo: ALTER ROLE ${quoteIdentifier(role)} CONNECTION LIMIT ${undo};`,
      ],
    },
  ];
}

/** Measured: node-postgres without an error handler ends its process when an idle session is ended under it. */
function mayCrash({ hypothetical, tried }: Facts): readonly Step[] {
  const touched = tried.filter(mayHaveEnded);
  const groups = [...Map.groupBy(touched, ({ session }) => groupKey(session)).values()];
  const names = groups.flatMap((those) =>
    those[0] ? [`${groupName(groupOf(those[0].session))} (${those.length})`] : [],
  );
  if (names.length === 0) return [];
  const who = listText(names, 4);
  return [
    {
      text: hypothetical
        ? `Before it may act, make sure that these bear the loss: ${who}. An application whose pool has no error handler crashes with 57P01.`
        : `Check that these still run, they lost sessions: ${who}. An application whose pool has no error handler may have crashed with 57P01.`,
    },
  ];
}

/** What was told to end does so sooner or later; what may not have been told has ended if it is gone. */
function mayHaveEnded({ result, unanswered }: Tried): boolean {
  return result === null || (unanswered ? UNANSWERED : ANSWERED).has(result);
}

const ANSWERED: ReadonlySet<AttemptResult> = new Set(['terminated', 'still-there', 'unknown']);
const UNANSWERED: ReadonlySet<AttemptResult> = new Set(['gone', 'unknown']);

/** Only where slots were short: nobody is asked about a server that is well. */
function askOwners({ leading, before }: Facts): readonly Step[] {
  // Clients that have not logged in are nobody's yet.
  if (leading === null || leading.group.user === '' || !before?.under) return [];
  const idle = leading.states.find(({ state }) => state === 'idle')?.count ?? 0;
  const held = `${counted(leading.sessions, 'session')}, ${idle === 0 ? 'none' : idle} of them idle`;
  return [{ text: `Ask the owners of ${groupName(leading.group)} why it held ${held}.` }];
}

function toEnforce({ record, losses }: Facts): readonly Step[] {
  if (record.mode !== 'observe' || losses.length === 0) return [];
  if (record.policy.mode === 'enforce')
    return [{ text: 'Sweeps act again once memory can be read: correct what is said above.' }];
  return [
    { text: `To let it act, set "mode": "enforce" in the policy of ${cleanName(record.server)} and deploy.` },
  ];
}
