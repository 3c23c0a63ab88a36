import { describe, expect, test } from 'vitest';
import type { RefusalKind } from '../../functions/core/base/refusal-kind.ts';
import { ofStream, refusalsIn } from '../../functions/core/trigger/log-lines.ts';
import { parseLogLines } from '../../functions/events/parse-log-lines.ts';
import { refusedText } from '../../functions/render/message/refused-text.ts';
import { logDocument } from '../support/events.ts';

/** The lines of RDS and Aurora as they have been seen, from their log groups to the sentence that on-call reads. */

const AT = Date.parse('2026-08-07T06:49:32Z');
const INSTANCE = { logGroup: '/aws/rds/instance/moodle-db/postgresql', logStream: 'moodle-db.0' };
const CLUSTER = { logGroup: '/aws/rds/cluster/moodle/postgresql', logStream: 'moodle-instance-1.0' };

const WHO = '172.31.8.184(59334):moodle_adm@postgres:[26661]:';
/** `%t:%r:%u@%d:[%p]:`, the default; and the one that RDS allows beside it from 16 on. */
const PREFIXES = [
  ['the default prefix', `2026-08-07 06:49:32 UTC:${WHO}`],
  [
    'the prefix with the SQLSTATE',
    `2026-08-07 06:49:32.101 UTC:${WHO}1:53300:2026-08-07 06:49:32 UTC:5/7:0:673ea1.6825:[unknown]`,
  ],
] as const;

const LEFT = 'remaining connection slots are reserved for';
const WORDINGS: readonly (readonly [RefusalKind, string])[] = [
  ['server', 'sorry, too many clients already'],
  ['reserved', `${LEFT} non-replication superuser connections`],
  ['reserved', `${LEFT} non-replication superuser and rds_superuser connections`],
  ['reserved', `${LEFT} non-replication superuser, rds_reserved, and rds_superuser connections`],
  ['reserved', `${LEFT} roles with the SUPERUSER attribute`],
  ['reserved', `${LEFT} roles with privileges of the "pg_use_reserved_connections" role`],
  ['reserved', `${LEFT} roles with privileges of the "rds_reserved" role`],
  ['role', 'too many connections for role "moodle_adm"'],
  ['database', 'too many connections for database "postgres"'],
  ['wal-senders', 'number of requested standby connections exceeds "max_wal_senders" (currently 10)'],
];

/** What stands between them. */
const NOISE = [
  `2026-08-07 06:49:32 UTC:${WHO}FATAL:  no pg_hba.conf entry for host "172.31.8.184", user "moodle_adm", database "postgres", no encryption`,
  `2026-08-07 06:49:32 UTC:${WHO}FATAL:  password authentication failed for user "moodle_adm"`,
  `2026-08-07 06:49:32 UTC:${WHO}DETAIL:  Connection matched file "/rdsdbdata/config/pg_hba.conf" line 13: "host all all 0.0.0.0/0 md5"`,
  '2026-08-07 06:49:30 UTC::@:[412]:LOG:  checkpoint complete: wrote 12 buffers (0.1%); 0 WAL file(s) added, 0 removed, 1 recycled',
  `2026-08-07 06:49:31 UTC:${WHO}LOG:  statement: SELECT 'sorry, too many clients already'`,
];

function linesOf(messages: readonly string[], fields: typeof INSTANCE) {
  const events = messages.map((message) => ({ message, timestamp: AT }));
  const trigger = parseLogLines(logDocument(events, fields));
  if (trigger.kind !== 'log-lines') throw new Error(`It is a ${trigger.kind}`);
  return trigger;
}

describe.each(PREFIXES)('Behind %s', (_, prefix) => {
  test.each(WORDINGS)('%s: %s', (kind, said) => {
    const { refused, lines } = linesOf([...NOISE, `${prefix}FATAL:  ${said}`], INSTANCE);
    expect(lines).toBe(NOISE.length + 1);
    expect(refused).toMatchObject([
      { kind, user: 'moodle_adm', database: 'postgres', address: '172.31.8.184', count: 1 },
    ]);
  });
});

test('an incident reads as what it was: RDS keeps its last slots for itself, and few ever hear of a full server', () => {
  const prefix = PREFIXES[0][1];
  const reserved = Array(2_437).fill(
    `${prefix}FATAL:  ${LEFT} roles with privileges of the "rds_reserved" role`,
  );
  const full = Array(8).fill(`${prefix}FATAL:  sorry, too many clients already`);
  expect(refusedText(linesOf([...reserved, ...NOISE, ...full], INSTANCE))).toBe(
    '2445 refusals in the log since 2026-08-07 06:49:32 UTC (only reserved slots left 2437, server full 8). Refused were moodle_adm@postgres from 172.31.8.184 ×2445.',
  );
});

test("in an Aurora cluster's log group only the lines of the instance count", () => {
  const message = `${PREFIXES[0][1]}FATAL:  sorry, too many clients already`;
  const trigger = linesOf([message], CLUSTER);
  expect(refusalsIn(ofStream(trigger, 'moodle-instance-1').refused)).toBe(1);
  const other = ofStream(trigger, 'moodle-instance-2');
  expect([refusalsIn(other.refused), other.elsewhere]).toEqual([0, 1]);
});
