import type { ErrorCode } from '../base/errors.ts';
import type { Attention } from './attention.ts';
import type { FleetMode, ModeSource } from './fleet-mode.ts';
import type { RegisteredDatabase } from './registry-item.ts';

/** What a database needs until its sessions are ended where they have to be, in the order in which people do it. */
export const LADDER = [
  'tagged',
  'network',
  'iam',
  'admitted',
  'role',
  'trigger',
  'reserve',
  'observing',
  'enforcing',
] as const;
export type LadderStep = (typeof LADDER)[number];

/** Runs go on without these, later or less surely. */
const OPTIONAL: ReadonlySet<LadderStep> = new Set(['trigger', 'reserve']);

/** A database of the registry, with what its runs and its people left beside it. */
export type SeenDatabase = {
  readonly database: RegisteredDatabase;
  readonly mode: FleetMode;
  readonly attention: Attention;
  /** Misconfigurations that people were told, by the names of their checks. */
  readonly told: readonly string[];
};

/** What keeps a database from a step. The problem says more than the step, for the words and the command. */
export const LADDER_PROBLEMS = [
  'untagged',
  'tag-off',
  'tag-unknown',
  'no-network',
  'no-tables',
  'iam-off',
  'iam-too-small',
  'not-admitted',
  'role-missing',
  'run-fails',
  'log-not-exported',
  'no-free-trigger',
  'no-reserve',
  'switched-off',
  'unproven',
  'policy-problem',
  'tag-observe',
  'quarantine',
  'paused',
  'held-down',
] as const;
export type LadderProblem = (typeof LADDER_PROBLEMS)[number];

/** What owners decided. Nothing is left to do there. */
const DECIDED: ReadonlySet<LadderProblem> = new Set(['untagged', 'tag-off', 'tag-observe']);

export function isDecided(problem: LadderProblem): boolean {
  return DECIDED.has(problem);
}

export type LadderGap = { readonly step: LadderStep; readonly problem: LadderProblem };

/** Where a database stands. A database that is `aside` is on no step: it is no case for a fleet, or not now. */
export type LadderPlace = {
  readonly seen: SeenDatabase;
  readonly aside: string | null;
  readonly reached: readonly LadderStep[];
  /** The first step that it lacks and needs; null at the top. */
  readonly next: LadderGap | null;
  /** Steps that it lacks, without which runs go on. */
  readonly lacking: readonly LadderGap[];
};

export function placeOnLadder(seen: SeenDatabase): LadderPlace {
  const aside = asideText(seen.database);
  if (aside !== null) return { seen, aside, reached: [], next: null, lacking: [] };
  const gaps = LADDER.flatMap((step): readonly LadderGap[] => {
    const problem = PROBLEMS[step](seen);
    return problem === null ? [] : [{ step, problem }];
  });
  const next = gaps.find(({ step }) => !OPTIONAL.has(step)) ?? null;
  const before = next === null ? LADDER : LADDER.slice(0, LADDER.indexOf(next.step));
  const lacking = gaps.filter(({ step }) => OPTIONAL.has(step) && before.includes(step));
  const missing = new Set(lacking.map(({ step }) => step));
  return { seen, aside, reached: before.filter((step) => !missing.has(step)), next, lacking };
}

/** Why a database is on no step of the ladder; null for those that are on one. */
function asideText({ standing, why, status, declaredAs }: RegisteredDatabase): string | null {
  if (standing === 'declared') return `declared as ${declaredAs ?? 'a server of its own'}`;
  if (standing === 'unsupported') return `unsupported: ${why ?? 'another kind of server'}`;
  if (why === 'gone') return 'gone';
  if (why === 'status') return `RDS says ${status}`;
  return why === 'no-endpoint' ? 'without an address yet' : null;
}

/** Codes of failures that say that a run did not get to the tables of its cell. */
const BEFORE_THE_SERVER: ReadonlySet<ErrorCode> = new Set(['registry-unreadable', 'memory-unreadable']);
/** Codes of failures that say that no packet got through, or none came back. */
const OUTSIDE: ReadonlySet<ErrorCode> = new Set(['connect-unreachable']);
/** Codes of failures that say that our role cannot log in as it is. */
const AT_THE_DOOR: ReadonlySet<ErrorCode> = new Set([
  'connect-authentication',
  'connect-password',
  'connect-denied',
  'blind-role',
]);

const PROBLEMS: Readonly<Record<LadderStep, (seen: SeenDatabase) => LadderProblem | null>> = {
  tagged: ({ database: { tag } }) => TAG_PROBLEMS[tag],
  network: ({ database: { network }, attention }) => {
    if (network === null) return 'no-network';
    return failsBy(attention, BEFORE_THE_SERVER) ? 'no-tables' : null;
  },
  iam: ({ database: { iam, iamTooSmall } }) => (iam ? null : iamTooSmall ? 'iam-too-small' : 'iam-off'),
  admitted: ({ attention }) => (failsBy(attention, OUTSIDE) ? 'not-admitted' : null),
  role: ({ attention }) => {
    if (attention.failures === 0) return null;
    return failsBy(attention, AT_THE_DOOR) ? 'role-missing' : 'run-fails';
  },
  trigger: ({ database: { rung, logGroup } }) => {
    if (rung !== 'sweep') return null;
    return logGroup === null ? 'log-not-exported' : 'no-free-trigger';
  },
  reserve: ({ told }) => (told.includes('reserve') ? 'no-reserve' : null),
  observing: ({ mode }) => (mode.mode === 'off' ? 'switched-off' : null),
  enforcing: ({ mode }) => (mode.maySignal ? null : heldBy(mode)),
};

const TAG_PROBLEMS = {
  enforce: null,
  observe: null,
  off: 'tag-off',
  unknown: 'tag-unknown',
  absent: 'untagged',
} as const;

function failsBy({ failures, failedBy }: Attention, codes: ReadonlySet<ErrorCode>): boolean {
  return failures > 0 && codes.has(failedBy as ErrorCode);
}

/** What people can end comes first, because the tag of a database does not show a switch. */
const HELD_BY: Readonly<Record<ModeSource, LadderProblem>> = {
  organisation: 'held-down',
  cell: 'held-down',
  proof: 'unproven',
  policy: 'policy-problem',
  quarantine: 'quarantine',
  sight: 'held-down',
  pause: 'paused',
  tag: 'tag-observe',
  standing: 'held-down',
};

function heldBy({ limits }: FleetMode): LadderProblem {
  const sources = new Set(limits.map(({ source }) => source));
  // A database that its owners only want to be observed needs no proof.
  if (sources.has('tag')) sources.delete('proof');
  const first = (Object.keys(HELD_BY) as ModeSource[]).find((source) => sources.has(source));
  return HELD_BY[first ?? 'tag'];
}

/** A step with the databases that have it, and those that wait for it. */
export type LadderRow = {
  readonly step: LadderStep;
  readonly reached: number;
  readonly waiting: readonly LadderPlace[];
};

export function ladderRows(places: readonly LadderPlace[]): readonly LadderRow[] {
  return LADDER.map((step) => ({
    step,
    reached: places.filter((place) => place.reached.includes(step)).length,
    waiting: places.filter(
      ({ next, lacking }) => next?.step === step || lacking.some((gap) => gap.step === step),
    ),
  }));
}
