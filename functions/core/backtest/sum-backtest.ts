import { groupKey } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import type { NotReplayed, ReplayedRun, ReplayedSession } from './replay-run.ts';

/** Sessions of one program that only one of the two plans would end. */
export type ProgramChange = {
  readonly server: string;
  readonly program: ReplayedSession['program'];
  readonly more: number;
  readonly fewer: number;
};

export type BacktestSum = {
  /** The oldest first. */
  readonly runs: readonly ReplayedRun[];
  /** Runs that could not be replayed, by reason. */
  readonly left: Readonly<Record<NotReplayed['reason'] | 'unreadable', number>>;
  readonly incidents: number;
  /** Incidents in which some run would plan otherwise. */
  readonly changedIncidents: number;
  /** Different sessions that some run would end, before and after, and those of one of the two only. */
  readonly before: number;
  readonly after: number;
  readonly more: number;
  readonly fewer: number;
  /** Runs in which slots stay missing. */
  readonly missingBefore: number;
  readonly missingAfter: number;
  /** Programs with the largest changes first. */
  readonly programs: readonly ProgramChange[];
  /** Runs of this version of the planner with a plan that their own policy does not make again. Always 0, or it is a fault. */
  readonly unfaithful: number;
  /** Runs whose own policy plans something else today: another version of the planner made their plan. */
  readonly otherCode: number;
  /** What is wrong with the policy for some of these servers. */
  readonly problems: readonly string[];
};

/** Two runs of a server with less between them are of one incident: it is over after an hour without a refusal. */
const INCIDENT_GAP_MS = 3_600_000;

/** Incidents and sessions count once, however many runs saw them. */
export function sumBacktest(
  results: readonly (ReplayedRun | NotReplayed)[],
  unreadable: number,
): BacktestSum {
  const runs = results
    .flatMap((each) => ('reason' in each ? [] : [each]))
    .toSorted((a, b) => compareText(a.startedAt, b.startedAt) || compareText(a.runId, b.runId));
  const count = (reason: NotReplayed['reason']) =>
    results.filter((each) => 'reason' in each && each.reason === reason).length;
  const before = sessionsOf(runs, (run) => run.before.victims);
  const after = sessionsOf(runs, (run) => run.after.victims);
  const incidents = incidentsIn(runs);
  return {
    runs,
    left: {
      reduced: count('reduced'),
      'no snapshot': count('no snapshot'),
      'no plan': count('no plan'),
      unreadable,
    },
    incidents: incidents.length,
    changedIncidents: incidents.filter((own) => own.some((run) => run.more.length + run.fewer.length > 0))
      .length,
    before: before.size,
    after: after.size,
    more: onlyIn(after, before).length,
    fewer: onlyIn(before, after).length,
    missingBefore: runs.filter((run) => run.before.missing > 0).length,
    missingAfter: runs.filter((run) => run.after.missing > 0).length,
    programs: programsOf(onlyIn(after, before), onlyIn(before, after)),
    unfaithful: runs.filter(({ isFaithful }) => isFaithful === false).length,
    otherCode: runs.filter(({ isOtherCode }) => isOtherCode).length,
    problems: [...new Set(runs.flatMap((run) => run.after.problem ?? []))],
  };
}

type Known = { readonly server: string; readonly session: ReplayedSession };

function sessionsOf(
  runs: readonly ReplayedRun[],
  of: (run: ReplayedRun) => readonly ReplayedSession[],
): ReadonlyMap<string, Known> {
  return new Map(
    runs.flatMap((run) => of(run).map((session) => [session.id, { server: run.server, session }] as const)),
  );
}

function onlyIn(those: ReadonlyMap<string, Known>, others: ReadonlyMap<string, Known>): readonly Known[] {
  return [...those].flatMap(([id, known]) => (others.has(id) ? [] : [known]));
}

function incidentsIn(runs: readonly ReplayedRun[]): readonly (readonly ReplayedRun[])[] {
  return [...Map.groupBy(runs, ({ server }) => server).values()].flatMap((own) => {
    const incidents: ReplayedRun[][] = [];
    for (const run of own) {
      const last = incidents.at(-1);
      const before = last?.at(-1);
      const gap = before === undefined ? Infinity : Date.parse(run.startedAt) - Date.parse(before.startedAt);
      if (last !== undefined && gap < INCIDENT_GAP_MS) last.push(run);
      else incidents.push([run]);
    }
    return incidents;
  });
}

function programsOf(more: readonly Known[], fewer: readonly Known[]): readonly ProgramChange[] {
  const keyOf = ({ server, session }: Known) => `${server}\n${groupKey(session.program)}`;
  const [gained, lost] = [more, fewer].map((those) => Map.groupBy(those, keyOf));
  return [...Map.groupBy([...more, ...fewer], keyOf)]
    .flatMap(([key, [first]]) =>
      first === undefined
        ? []
        : [
            {
              server: first.server,
              program: first.session.program,
              more: gained?.get(key)?.length ?? 0,
              fewer: lost?.get(key)?.length ?? 0,
            },
          ],
    )
    .toSorted(
      (a, b) =>
        b.more + b.fewer - a.more - a.fewer || compareText(a.program.application, b.program.application),
    );
}
