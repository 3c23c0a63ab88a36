import { type Advice, forOperator, sqlPaste } from '../../core/advice/advice.ts';
import { wayIn } from '../../core/advice/end-by-hand.ts';
import type { ErrorCode } from '../../core/base/errors.ts';
import { memoizeByObject } from '../../core/base/memoize.ts';
import { fullnessOf } from '../../core/base/sqlstate.ts';
import type { Cause } from '../../core/diagnosis/cause.ts';
import { isPerhapsKeptOut } from '../../core/diagnosis/kept-out.ts';
import { heldBack } from '../../core/plan/held-back.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { poolerRefuses } from '../../core/server/pooler-refusals.ts';
import type { Flavor } from '../../core/server/snapshot.ts';
import type { AlarmTrigger } from '../../core/trigger/trigger.ts';
import type { Facts } from '../base/facts.ts';
import { heldBySuperusers } from '../base/held-by-superusers.ts';
import { counted, thresholdText } from '../base/phrases.ts';
import { flavorOf, statementsToSee } from '../base/role-grants.ts';
import { otherAlarm, seenText } from './alarm-text.ts';
import { isOutsideSlots } from './cause-phrase.ts';
import { mayHaveSent } from './headline.ts';
import { heldBackTexts } from './held-back-text.ts';
import { resumeStep } from './memory-text.ts';
import { freeLock } from './run-lock-text.ts';

/** Without `backend_type`, which GaussDB lacks. The product may not be known yet. */
const SEE_HOLDERS = [
  'SELECT application_name, usename, state, count(*)',
  'FROM pg_stat_activity WHERE datname IS NOT NULL AND usename IS NOT NULL',
  'GROUP BY 1, 2, 3 ORDER BY 4 DESC;',
];
/** The view of GaussDB has only rows of clients. */
function seeRunningIn(flavor: Flavor): readonly string[] {
  const clients = flavor === 'gaussdb' ? '' : "AND backend_type = 'client backend' ";
  return [
    'SELECT pid, now() - query_start AS runs, application_name,',
    "left(query, 60) FROM pg_stat_activity WHERE state = 'active'",
    `${clients}ORDER BY query_start;`,
  ];
}

const SEE_UNFINISHED = [
  'SELECT client_addr, count(*), min(backend_start) FROM pg_stat_activity',
  "WHERE state = 'starting' GROUP BY 1 ORDER BY 2 DESC;",
];
/** Clients take a slot before they log in, and from PostgreSQL 18 on also a row. */
const UNFINISHED: Advice = forOperator(
  'Clients that never finish logging in also hold slots, for up to authentication_timeout (60 s by default). Before PostgreSQL 18 no view shows them. If you see only a few sessions, look for many unfinished connections from one address.',
);

/** Reasons for a refusal without pressure, the most frequent first. */
const UNEXPLAINED: readonly Advice[] = [
  forOperator('The refusal may be over, because sessions have ended since. Act only if it comes again.'),
  forOperator(
    'A role or a database may have reached its own CONNECTION LIMIT for a moment. The refusal in the server log names it ("too many connections for role ...").',
  ),
  forOperator(
    'The alarm may read the log of another server or instance. Compare its log group with the host that is declared for this server.',
  ),
];

/** A refusal by a pooler, or by what no session shows, is explained. Advice about it follows. */
function unexplained({ diagnosis, record }: Facts): readonly Advice[] {
  const { snapshot, trigger, policy } = record;
  const isExplained =
    (snapshot !== null && poolerRefuses(snapshot)) ||
    isOutsideSlots(diagnosis) ||
    isPerhapsKeptOut(record, diagnosis);
  if (isExplained) return [];
  const alarm = otherAlarm(trigger);
  if (alarm !== null) return otherThreshold(alarm, policy);
  // A cause that is said with confidence high goes on: the refusal is not over.
  const possible = diagnosis?.confidence === 'high' ? UNEXPLAINED.slice(1) : UNEXPLAINED;
  return [...possible, UNFINISHED];
}

/** An alarm that goes off before the policy acts only wakes people. */
function otherThreshold(alarm: AlarmTrigger, { relieve }: Policy): readonly Advice[] {
  const compare = relieve.when.unit === 'usedPercent' ? 'from' : 'below';
  return [
    forOperator(
      `The alarm goes off (${seenText(alarm)}) before the policy acts (${compare} ${thresholdText(relieve.when)}). Raise the alarm's threshold, or lower relieve.when.`,
    ),
    forOperator(
      'The alarm may watch another server or instance. Compare its dimensions with the host that is declared for this server.',
    ),
  ];
}

/** The steps that an outcome asks for. */
export function outcomeSteps(outcome: Outcome, code: ErrorCode | null, facts: Facts): readonly Advice[] {
  return STEPS[outcome](facts, code);
}

type Steps = (facts: Facts, code: ErrorCode | null) => readonly Advice[];

const none: Steps = () => [];
const findRoom: Steps = (facts) => [...seeRunning(facts), ...seeUnfinished(facts), ...heldBackSteps(facts)];

const STEPS: Readonly<Record<Outcome, Steps>> = {
  healthy: none,
  reaped: none,
  recovered: none,
  muted: none,
  stale: none,
  off: none,
  busy: ({ record }) => freeLock(record),
  partial: findRoom,
  'no-candidates': findRoom,
  refilled: () => [
    forOperator('Ending more sessions will not help: they come back until the cause is fixed.'),
  ],
  paused: ({ record }) => [resumeStep(record)],
  unexplained,
  blind: maySee,
  'cannot-connect': ({ record }, code) => getIn(code, record),
  unverified: () => [
    forOperator('The next run measures again. To see now who holds the slots:', sqlPaste(SEE_HOLDERS)),
  ],
  failed: afterFailure,
};

/** The keys of the policy because of which slots are missing. This needs the sessions, to plan again. */
export function heldBackSteps({ record, ranking }: Facts): readonly Advice[] {
  return ranking === null || heldBySuperusers(record) ? [] : heldBackOf(record);
}

/** Message, notes and page ask for it, and planning again is a third of what a message costs. */
const heldBackOf: (record: RunRecord) => readonly Advice[] = memoizeByObject(
  ({ plan, snapshot, policy, trigger }) =>
    plan === null || snapshot === null
      ? []
      : heldBackTexts(heldBack(plan, snapshot, policy, trigger.kind), policy).map((text) =>
          forOperator(text),
        ),
);

/**
 * How many sessions are in this state. 0 when they are less than a quarter, because then they are not the
 * problem.
 */
function manyIn(state: string, { ranking }: Facts): number {
  const count = ranking?.states.find((each) => each.state === state)?.count ?? 0;
  return count * 4 < (ranking?.used ?? 0) ? 0 : count;
}

/** Causes whose advice already has the pids. */
const BY_HAND: ReadonlySet<Cause> = new Set([
  'slow-queries',
  'lock-pile-up',
  'idle-in-transaction',
  'clients-owe-input',
  'dead-clients',
]);

/** When active work fills the server, a person has to decide what may end. */
function seeRunning(facts: Facts): readonly Advice[] {
  const { record, diagnosis } = facts;
  if (diagnosis !== null && BY_HAND.has(diagnosis.cause)) return [];
  const active = manyIn('active', facts);
  if (active === 0) return [];
  const how = record.snapshot === null ? '' : wayIn(record.snapshot);
  const [slots, clients] = active === 1 ? ['its slot', 'its client'] : ['their slots', 'their clients'];
  return [
    forOperator(
      `${counted(active, 'session is', 'sessions are')} active: to free ${slots} loses work, and ${clients} may connect again. pg-headroom never ends active work. You can: cancel with pg_cancel_backend(pid) first.${how}`,
      sqlPaste(seeRunningIn(flavorOf(facts))),
    ),
  ];
}

/**
 * Sessions that have not logged in yet belong to no known program, and clients that reconnect at once gain
 * nothing when they end.
 */
function seeUnfinished(facts: Facts): readonly Advice[] {
  const starting = manyIn('starting', facts);
  if (starting === 0) return [];
  return [
    forOperator(
      `${counted(starting, 'client has', 'clients have')} not finished logging in, and the server drops them after authentication_timeout (60 s by default). Find the address they come from: if you end them, they come back.`,
      sqlPaste(SEE_UNFINISHED),
    ),
  ];
}

function maySee(facts: Facts): readonly Advice[] {
  const { ownRole } = facts;
  if (ownRole === null) return [];
  return [forOperator('Let our role see the sessions:', sqlPaste(statementsToSee(flavorOf(facts), ownRole)))];
}

/** What allows the next run to connect, by what stopped this one. */
const LET_IN = {
  'connect-full':
    'To let the next run in, our role needs pg_use_reserved_connections, and the server reserved_connections of 3 or more (PostgreSQL 16 and later). headroom doctor says which of them is missing.',
  'connect-role-limit': "To let the next run in, raise our role's CONNECTION LIMIT to at least 5.",
  'connect-database-limit':
    'To let the next run in, declare another maintenance database ("database") for this server, or raise the CONNECTION LIMIT of this one.',
} as const;

function getIn(code: ErrorCode | null, { connecting }: RunRecord): readonly Advice[] {
  if (code === 'connect-half-open')
    return [
      forOperator(
        "No client can log in, not even a superuser. Find the address with many open connections on the server's host (ss -tn) or in the network's flow logs, and block it. The server drops clients that never log in after authentication_timeout (60 s by default).",
      ),
    ];
  const isFull =
    code === 'connect-full' || code === 'connect-role-limit' || code === 'connect-database-limit';
  if (!isFull) return [forOperator('Fix the error above. This run has not seen any session.')];
  const refusals = connecting.refusals.map(fullnessOf).filter((found) => found !== null);
  const isReserveTaken = refusals.length > 0 && refusals.every((found) => found === 'all');
  const enter = isReserveTaken
    ? "The slots reserved for superusers are taken as well. Use a superuser session that is already open, or end one session on the server's host with kill PID, where ps shows role, database and address:"
    : 'A superuser may still log in, on a slot reserved for superusers:';
  return [
    forOperator(`This run could not see who holds the slots. ${enter}`, sqlPaste(SEE_HOLDERS)),
    ...(code === 'connect-full' ? [UNFINISHED] : []),
    forOperator(LET_IN[code]),
  ];
}

function afterFailure(facts: Facts): readonly Advice[] {
  if (!mayHaveSent(facts))
    return [forOperator('Fix the error above. The next alarm or sweep starts a new run.')];
  return [
    forOperator('The log of this run lists the pids that were told to end, in its lines "terminating".'),
    forOperator('The next run measures again. To see now who holds the slots:', sqlPaste(SEE_HOLDERS)),
  ];
}
