import type { ErrorCode } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Facts } from './facts.ts';
import { mayHaveSent } from './headline.ts';
import type { Step } from './next-steps.ts';
import { quoteIdentifier } from './sql.ts';
import { counted } from './words.ts';

const SEE_HOLDERS = [
  'SELECT application_name, usename, state, count(*)',
  "FROM pg_stat_activity WHERE backend_type = 'client backend'",
  'GROUP BY 1, 2, 3 ORDER BY 4 DESC;',
];
const SEE_RUNNING = [
  'SELECT pid, now() - query_start AS runs, application_name,',
  "left(query, 60) FROM pg_stat_activity WHERE state = 'active'",
  "AND backend_type = 'client backend' ORDER BY query_start;",
];

/** A refusal without pressure, by how often it turns out to be that. */
const UNEXPLAINED: readonly Step[] = [
  { text: 'The refusal may be over: sessions have left since. Nothing to do if it does not come again.' },
  {
    text: 'A role or a database may have been at its own CONNECTION LIMIT and is no longer: the refusal in the server log names it ("too many connections for role ...").',
  },
  {
    text: 'The alarm may read the log of another server or instance: compare its log group with the host that this server is declared with.',
  },
  {
    text: 'Clients that never finish logging in hold slots that no session shows: look for many unfinished connections from one address.',
  },
];

/** What each outcome asks for. */
export function outcomeSteps(outcome: Outcome, code: ErrorCode | null, facts: Facts): readonly Step[] {
  switch (outcome) {
    case 'healthy':
    case 'reaped':
    case 'busy':
    case 'muted':
    case 'stale':
    case 'off':
    case 'recovered':
      return [];
    case 'partial':
    case 'no-candidates':
      return seeRunning(facts);
    case 'refilled':
      return [
        {
          text: 'Ending more sessions will not help: they come again. Make the pools smaller, or cap the role.',
        },
      ];
    case 'paused':
      return [
        { text: 'Nothing is ended until an operator resumes it. First find out who takes the slots again.' },
      ];
    case 'unexplained':
      return UNEXPLAINED;
    case 'blind':
      return maySee(facts);
    case 'cannot-connect':
      return getIn(code);
    case 'unverified':
      return [{ text: 'The next run measures anew. To see now who holds the slots:', sql: SEE_HOLDERS }];
    case 'failed':
      return afterFailure(facts);
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** Where active work fills the server, a human has to say what of it may end; below a quarter it is not the matter. */
function seeRunning({ record, ranking }: Facts): readonly Step[] {
  const active = ranking?.states.find(({ state }) => state === 'active')?.count ?? 0;
  if (ranking === null || active * 4 < ranking.used) return [];
  const reserved = record.snapshot?.slots.superuserReserved ?? 0;
  const how = reserved > 0 ? ` A superuser gets in on ${counted(reserved, 'reserved slot')}.` : '';
  return [
    {
      text: `${counted(active, 'session is', 'sessions are')} active, which is never ended here. Decide by hand, pg_cancel_backend(pid) first.${how}`,
      sql: SEE_RUNNING,
    },
  ];
}

function maySee({ ownRole }: Facts): readonly Step[] {
  if (ownRole === null) return [];
  return [
    {
      text: 'Let our role see the sessions:',
      sql: [`GRANT pg_read_all_stats TO ${quoteIdentifier(ownRole)};`],
    },
  ];
}

function getIn(code: ErrorCode | null): readonly Step[] {
  const isFull =
    code === 'connect-full' || code === 'connect-role-limit' || code === 'connect-database-limit';
  if (!isFull) return [{ text: 'Correct what is said above. Nobody has looked into the server.' }];
  return [
    {
      text: 'Nobody has seen who holds the slots. A superuser may still get in, on a slot reserved for superusers:',
      sql: SEE_HOLDERS,
    },
    { text: 'Correct what is said above, so that the next run gets in.' },
  ];
}

function afterFailure(facts: Facts): readonly Step[] {
  if (!mayHaveSent(facts))
    return [{ text: 'Correct what is said above. The next alarm or sweep starts a new run.' }];
  return [
    { text: 'The log of this run names in its lines "terminating" the pids that were told to end.' },
    { text: 'The next run measures anew. To see now who holds the slots:', sql: SEE_HOLDERS },
  ];
}
