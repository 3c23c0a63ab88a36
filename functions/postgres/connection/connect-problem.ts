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
  found: 'it accepts our connection but does not finish the login',
  next: 'check what logins wait for there: a login trigger (17 and later), PAM, LDAP or RADIUS in pg_hba.conf, or a server that hangs. At most two of our logins wait at a time, so no limit needs to be raised',
};
const UNANSWERED: Description = {
  code: 'connect-unreachable',
  found: 'it lets us in but does not answer our first statement',
  next: 'check in pg_stat_activity what it waits for: a lock on the catalog; a pooler that waits for a slot itself; or other transactions, if default_transaction_isolation and default_transaction_deferrable are set for the maintenance database or our role and something in between drops our startup options. At most two of our sessions wait at a time',
};
const SILENT: Description = {
  code: 'connect-unreachable',
  found: 'it does not answer',
  next: 'check the security groups in between, and whether the server hangs',
};
/** Limits that our own waiting logins may reach. */
const REACHED_BY_OURS: ReadonlySet<Obstacle> = new Set(['role-limit', 'database-limit']);

/** A `next` of null depends on the role. */
const OBSTACLES: Readonly<Record<Obstacle, Description>> = {
  all: {
    code: 'connect-full',
    found: `all slots are taken, also the reserved ones, ${BY_WHOM}`,
    next: 'end sessions in a superuser session that is already open; then set reserved_connections and grant pg_use_reserved_connections to our role (16 and later)',
  },
  'reserved-left': {
    code: 'connect-full',
    found: `only slots that are reserved for other roles are free; the rest is taken ${BY_WHOM}`,
    next: 'grant pg_use_reserved_connections to our role and set reserved_connections, or raise it if that is done (16 and later). On 14 and 15 no slot can be reserved for our role, so a run may fail to connect once the server is full: let scheduled runs act earlier, and set CONNECTION LIMITs for the applications that leave 5 slots for our role',
  },
  'administrators-left': {
    code: 'connect-full',
    found: `only the slots of system administrators are free (sysadmin_reserved_connections); the rest is taken ${BY_WHOM}`,
    next: 'end sessions as an administrator, who can still connect. No slot can be reserved for our role there, so let scheduled runs act before the server is full',
  },
  'role-limit': {
    code: 'connect-role-limit',
    found: "our own role's CONNECTION LIMIT is reached",
    next: 'raise it to at least 5 with ALTER ROLE (for a read replica on its primary), and let nothing else use this role',
  },
  'database-limit': {
    code: 'connect-database-limit',
    found: "the maintenance database's CONNECTION LIMIT is reached",
    next: 'declare another "database" for the server, or name it in the URL',
  },
  'half-open': {
    code: 'connect-half-open',
    found:
      'it has more connections than it can serve, refuses superusers too, and most of these clients have not logged in',
    next: 'find their address and block it, because no SQL can end them. A storm of refused clients looks the same, but passes',
  },
  'not-ready': {
    code: 'connect-unreachable',
    found: 'it is starting, stopping or recovering (57P03)',
    next: 'see its log; the next run tries again',
  },
  'no-memory': {
    code: 'connect-unreachable',
    found: 'it has no memory left for another session (53200), for example because its lock table is full',
    next: 'count pg_locks by pid in a session that is already open and end the largest holder; then check max_locks_per_transaction and the memory of its machine',
  },
  pooler: {
    code: 'connect-full',
    found: `all slots of the server are taken ${BY_WHOM}, or those of a pooler that answers in its place (53300 without a routine)`,
    next: "name the server's own host and port, and end sessions in an administrator's session that is already open",
  },
  ended: {
    code: 'connect-unreachable',
    found: 'it ends our session during the login (57P01, 57P02, 57P05 or 25P03)',
    next: 'see its log; the next run tries again',
  },
  hanging: HANGING,
  unanswered: UNANSWERED,
  'cut-off': SILENT,
  silent: SILENT,
  tls: {
    code: 'connect-full',
    found: 'it refuses before TLS is set up, as a server does that cannot start a process',
    next: 'see its log, and check its memory',
  },
  'broken-off': {
    code: 'connect-unreachable',
    found: 'it closes connections at once, as a server does that cannot start a process',
    next: 'see its log, check its memory, and what is in between',
  },
  token: {
    code: 'connect-denied',
    found: 'IAM authentication is refused (28000)',
    next: null,
  },
};

/**
 * The most frequent obstacle. Our own tries may take the last reserved slots from one another: up to three are on their way,
 * and on a slow server most of them may find all slots taken. So a quarter of answers that reserved slots were left is
 * enough. An answer of the server counts before its silence: the deadline also cuts off the last tries. If logins hang, they
 * are what reaches a limit of our role.
 */
function mainObstacle(obstacles: ReadonlyMap<Obstacle, number>): Obstacle {
  const answered = [...obstacles].filter(([obstacle]) => !SILENCES.has(obstacle));
  const commonest = answered.toSorted(([, a], [, b]) => b - a)[0]?.[0];
  const left = LEFT.find((each) => (obstacles.get(each) ?? 0) * 3 >= (obstacles.get('all') ?? 0));
  if (commonest === 'all' && left !== undefined) return left;
  const isByOurs = commonest === undefined || REACHED_BY_OURS.has(commonest);
  const hung = HUNG.find((each) => obstacles.has(each));
  if (hung !== undefined && isByOurs) return hung;
  return commonest ?? 'silent';
}
const LEFT = ['reserved-left', 'administrators-left'] as const;
const HUNG = ['unanswered', 'hanging'] as const;
const SILENCES: ReadonlySet<Obstacle> = new Set(['silent', 'cut-off', ...HUNG]);

/** Why no attempt got in before the deadline. */
export function connectProblem({ target, tries, startedAt, user, obstacles }: FailedConnect): Problem {
  const { code, found, next } = OBSTACLES[mainObstacle(obstacles)];
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  const message = `Could not connect to ${targetText(target)} after ${tries} ${tries === 1 ? 'try' : 'tries'} in ${seconds} s: ${found}; ${next ?? tokenAdvice(user)}.`;
  return { code, message };
}
