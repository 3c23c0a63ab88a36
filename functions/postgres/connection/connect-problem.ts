import type { Problem } from '../../core/base/errors.ts';
import { type Attempted, tokenAdvice } from './attempted.ts';
import { type Target, targetText } from './target.ts';

/** Why an attempt that may be repeated failed. */
export type Obstacle = Extract<Attempted, { kind: 'refused' }>['fullness'];

/** What is known of attempts that all failed. */
type FailedConnect = {
  readonly target: Target;
  readonly user: string;
  readonly tries: number;
  readonly startedAt: number;
  readonly obstacles: ReadonlyMap<Obstacle, number>;
};

type Description = { readonly code: Problem['code']; readonly found: string; readonly next: string | null };

/** A client takes a slot before it has logged in, so from outside both causes look the same. */
const BY_WHOM = 'by sessions or by clients that never finish logging in';

/** Our role's limit is not too low here: our own waiting logins reach it. */
const HANGING: Description = {
  code: 'connect-unreachable',
  found: 'it accepts our connection and does not finish the login',
  next: 'look at what a login waits for there: a login trigger (17 and later), PAM, LDAP or RADIUS in pg_hba.conf, or a server that hangs. At most two logins of ours wait, and no limit needs to be raised',
};
const UNANSWERED: Description = {
  code: 'connect-unreachable',
  found: 'it lets us in and does not answer our first statement',
  next: 'look in pg_stat_activity at what it waits for there: other transactions, where default_transaction_isolation and default_transaction_deferrable are set for the maintenance database or our role and something in between drops our startup options, a lock on the catalog, or a pooler that waits for a slot itself. At most two sessions of ours wait',
};
const SILENT: Description = {
  code: 'connect-unreachable',
  found: 'it does not answer',
  next: 'check the security groups in between and whether the server hangs',
};
/** Limits that our own waiting logins may reach. */
const REACHED_BY_OURS: ReadonlySet<Obstacle> = new Set(['role-limit', 'database-limit']);

/** A `next` of null depends on the role. */
const OBSTACLES: Readonly<Record<Obstacle, Description>> = {
  all: {
    code: 'connect-full',
    found: `every slot is taken, the reserved ones too, ${BY_WHOM}`,
    next: 'end sessions from a superuser session that is already open, and set reserved_connections and grant pg_use_reserved_connections to our role (16+)',
  },
  'reserved-left': {
    code: 'connect-full',
    found: `only slots reserved for others are left, the rest is taken ${BY_WHOM}`,
    next: 'grant pg_use_reserved_connections to our role and set reserved_connections, or raise it where that is done (16 and later). On 14 and 15 nothing is reserved for our role, so no run can promise to get in once the server is full: let the schedule act before, and set CONNECTION LIMITs for the applications that leave our role 5 slots',
  },
  'administrators-left': {
    code: 'connect-full',
    found: `only the slots of system administrators are left (sysadmin_reserved_connections), the rest is taken ${BY_WHOM}`,
    next: 'end sessions as an administrator, who still gets in; slots are reserved for nobody else there, so let the schedule act before the server is full',
  },
  'role-limit': {
    code: 'connect-role-limit',
    found: "our own role's CONNECTION LIMIT is reached",
    next: 'raise it to at least 5 with ALTER ROLE (of a read replica on its primary), nothing else should use this role',
  },
  'database-limit': {
    code: 'connect-database-limit',
    found: "the maintenance database's CONNECTION LIMIT is reached",
    next: 'name another maintenance database in HEADROOM_DATABASE',
  },
  'half-open': {
    code: 'connect-half-open',
    found:
      'it has more connections open than it takes on, superusers are refused too, and most of those clients have not logged in',
    next: 'find the address they come from and keep it out, no SQL can end them; a storm of refused clients looks the same and passes',
  },
  'not-ready': {
    code: 'connect-unreachable',
    found: 'it is starting, stopping or recovering (57P03)',
    next: 'look at its log; the next run tries again',
  },
  'no-memory': {
    code: 'connect-unreachable',
    found: 'it has no memory left for another session (53200), as where its lock table is full',
    next: 'count pg_locks by pid in a session that is open already and end the largest holder, and see max_locks_per_transaction and the memory of its machine',
  },
  pooler: {
    code: 'connect-full',
    found: `every slot is taken, of the server ${BY_WHOM}, or of a pooler that answers in its place (53300 without a routine)`,
    next: "name the server's own host and port, and end sessions as an administrator whose session is open already",
  },
  ended: {
    code: 'connect-unreachable',
    found: 'it ends our session while we log in (57P01, 57P02, 57P05 or 25P03)',
    next: 'look at its log; the next run tries again',
  },
  hanging: HANGING,
  unanswered: UNANSWERED,
  'cut-off': SILENT,
  silent: SILENT,
  tls: {
    code: 'connect-full',
    found: 'it refuses before TLS is set up, as a server does that can start no process',
    next: 'look at its log and its memory',
  },
  'broken-off': {
    code: 'connect-unreachable',
    found: 'connections break off at once, as of a server that can start no process',
    next: 'look at its log and its memory, and at what stands in between',
  },
  token: {
    code: 'connect-denied',
    found: 'IAM authentication is refused (28000)',
    next: null,
  },
};

/**
 * The most frequent obstacle, because our own tries may take the last reserved slots from one another now and then. An
 * answer of the server counts before its silence: the deadline also cuts off the last tries. If logins hang, they are what
 * reaches a limit of our role.
 */
function mainObstacle(obstacles: ReadonlyMap<Obstacle, number>): Obstacle {
  const answered = [...obstacles].filter(([obstacle]) => !SILENCES.has(obstacle));
  const commonest = answered.toSorted(([, a], [, b]) => b - a)[0]?.[0];
  const isByOurs = commonest === undefined || REACHED_BY_OURS.has(commonest);
  const hung = HUNG.find((each) => obstacles.has(each));
  if (hung !== undefined && isByOurs) return hung;
  return commonest ?? 'silent';
}
const HUNG = ['unanswered', 'hanging'] as const;
const SILENCES: ReadonlySet<Obstacle> = new Set(['silent', 'cut-off', ...HUNG]);

/** Why no attempt got in before the deadline. */
export function connectProblem({ target, tries, startedAt, user, obstacles }: FailedConnect): Problem {
  const { code, found, next } = OBSTACLES[mainObstacle(obstacles)];
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  const message = `No way into ${targetText(target)} after ${tries} ${tries === 1 ? 'try' : 'tries'} in ${seconds} s: ${found}; ${next ?? tokenAdvice(user)}.`;
  return { code, message };
}
