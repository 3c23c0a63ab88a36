import { MODES, type Mode } from '../policy/mode.ts';
import type { Pause } from '../run/pause.ts';
import type { FleetSwitch } from './cell-items.ts';
import { type CellProof, proveCommand, unprovenText } from './cell-proof.ts';
import { modeOfTag } from './database-tags.ts';
import type { RegisteredDatabase } from './registry-item.ts';

/** What can lower the mode of a database, in the order in which people read it. */
export const MODE_SOURCES = [
  'standing',
  'tag',
  'organisation',
  'cell',
  'proof',
  'policy',
  'quarantine',
  'sight',
  'pause',
] as const;
export type ModeSource = (typeof MODE_SOURCES)[number];

/** One limit of the mode. A pause keeps the mode but ends no session; the breaker's pause is one too. */
export type ModeLimit = { readonly source: ModeSource; readonly mode: Mode; readonly why: string };

/** The mode in force, and everything that is not `enforce`. */
export type FleetMode = {
  readonly mode: Mode;
  readonly limits: readonly ModeLimit[];
  /** True when the mode is `enforce` and nothing pauses: only then our role may signal sessions. */
  readonly maySignal: boolean;
};

/** Everything that the mode in force depends on. */
export type ModeFacts = {
  readonly database: RegisteredDatabase;
  /** The mode that the policy names; null where it names none, and the tag decides. */
  readonly policyMode: Mode | null;
  /** Why the policy of this name is not there or does not parse. */
  readonly policyProblem: string | null;
  readonly organisation: FleetSwitch | null;
  readonly cell: FleetSwitch | null;
  /** Whether logins of the cell go by the tag. Without a proof nothing is enforced. */
  readonly proof: CellProof | null;
  /** Since when the dispatcher cannot see which servers there are; null while it can. */
  readonly blindSince: string | null;
  readonly pause: Pause | null;
  readonly now: number;
};

/** The weakest of tag, policy, switches, proof, quarantine, sight and pause decides. */
export function fleetMode(facts: ModeFacts): FleetMode {
  const limits = MODE_SOURCES.flatMap((source) => {
    const limit = LIMITS[source](facts);
    return limit === null || limit.mode === 'enforce' ? [] : [{ source, ...limit }];
  });
  const mode = MODES.find((each) => limits.some((limit) => limit.mode === each && limit.source !== 'pause'));
  const inForce = mode ?? 'enforce';
  return { mode: inForce, limits, maySignal: inForce === 'enforce' && limits.length === 0 };
}

type Limit = Omit<ModeLimit, 'source'> | null;

const LIMITS: Readonly<Record<ModeSource, (facts: ModeFacts) => Limit>> = {
  standing: ({ database: { standing, why } }) =>
    standing === 'runs' ? null : { mode: 'off', why: why === null ? standing : `${standing}: ${why}` },
  tag: ({ database: { tag } }) => ({ mode: modeOfTag(tag), why: `the tag is ${tag}` }),
  organisation: ({ organisation }) => ofSwitch(organisation, "the organisation's switch"),
  cell: ({ cell }) => ofSwitch(cell, "the cell's switch"),
  proof: ({ proof, database: { arn } }) => {
    const why = unprovenText(proof);
    const [, , , region = 'REGION'] = arn.split(':');
    return why === null ? null : { mode: 'observe', why: `${why}: ${proveCommand(region)}` };
  },
  policy: policyLimit,
  quarantine: ({ database, now }) =>
    isInQuarantine(database, now)
      ? { mode: 'observe', why: `new here: it observes until ${database.observeUntil} unless accepted` }
      : null,
  // A swap of blue and green, or a rename, may have put a new database behind the address, which has to observe.
  sight: ({ blindSince }) =>
    blindSince === null
      ? null
      : {
          mode: 'observe',
          why: `the API of RDS has not answered since ${blindSince}: its address may lead to another database by now`,
        },
  pause: ({ pause }) =>
    pause === null ? null : { mode: 'observe', why: `paused by ${pause.by}, ${endOf(pause.until)}` },
};

function policyLimit({ database, policyMode, policyProblem }: ModeFacts): Limit {
  const name = database.policy ?? 'default';
  if (policyProblem !== null) return { mode: 'observe', why: `policy ${name}: ${policyProblem}` };
  return policyMode === null ? null : { mode: policyMode, why: `policy ${name} says ${policyMode}` };
}

function ofSwitch(known: FleetSwitch | null, what: string): Limit {
  if (known === null) return null;
  const { mode, by, until } = known;
  const reason = known.problem ?? known.reason;
  const who = by === '' ? '' : ` by ${by}`;
  return { mode, why: `${what} is ${mode}${who}${reason === null ? '' : `, ${reason}`}, ${endOf(until)}` };
}

function endOf(until: string | null): string {
  return until === null ? 'without an end' : `until ${until}`;
}

/** A time that cannot be read is no end. */
export function isInQuarantine(
  { observeUntil, accepted }: Pick<RegisteredDatabase, 'observeUntil' | 'accepted'>,
  now: number,
): boolean {
  return accepted === null && !(now >= Date.parse(observeUntil));
}
