import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { MOST_BY_HAND } from '../../../functions/core/advice/end-by-hand.ts';
import type { Cause } from '../../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { recordings } from '../../incidents/recordings.ts';

/** What advice on a cause is about; words that no advice on another cause needs. */
const ABOUT: Readonly<Record<Cause, RegExp>> = {
  'connection-leak': /give them back|release|close each|putconn|End idle sessions of role/,
  'oversized-idle-pools': /at most|cap it at|lifetime|keep_connections|dblink_disconnect/,
  'traffic-spike': /pooler|backoff|short transactions|load test/,
  'session-per-request': /a connection for each request/,
  'slow-queries': /has run longest|Bound the statements|synchronous standby/,
  'idle-in-transaction': /left a transaction open|leaves open end/,
  'clients-owe-input': /waits for input from its client/,
  'lock-pile-up': /blocks \d+ session|prepared transaction|no session has held/,
  'reconnect-storm': /exponential backoff/,
  'role-limit': /sessions that role/,
  'database-limit': /sessions that database/,
  'replication-limit': /max_wal_senders/,
  'pooler-oversized': /pooler/,
  'developer-tools': /psql|DBeaver|roles of their own|idle sessions end/,
  'monitoring-hog': /pool of 2/,
  'dead-clients': /noticed after 2 minutes|tcp_user_timeout/,
  'half-open-clients': /authentication_timeout/,
  'limit-too-low': /raise max_connections/,
  unclear: /now and again in five minutes|exponential backoff/,
};

describe.each(recordings())('the recorded incident $story.name', ({ record }) => {
  const diagnosis = diagnose(record);
  const advice = diagnosis === null ? [] : adviseOn(record, diagnosis);

  test('has advice on its cause, the same every time', () => {
    expect(advice.length).toBeGreaterThan(0);
    expect(advice.length).toBeLessThanOrEqual(6);
    expect(advice.map(({ text }) => text).join('\n')).toMatch(ABOUT[diagnosis?.cause ?? 'unclear']);
    expect(diagnosis === null ? [] : adviseOn(record, diagnosis)).toEqual(advice);
  });

  test('has statements for its own roles and sessions only', () => {
    const { sessions = [], slots } = record.snapshot ?? {};
    const owners = new Set([
      ...sessions.flatMap(({ user, database }) => [user, database]),
      ...(slots?.roles.map(({ name }) => name) ?? []),
      ...(slots?.databases.map(({ name }) => name) ?? []),
    ]);
    const pids = new Set(sessions.map(({ pid }) => pid));
    for (const line of advice.flatMap(({ paste }) => paste?.lines ?? [])) {
      const [, owner] = /^ALTER (?:ROLE|DATABASE) "([^"]+)"/.exec(line) ?? [];
      if (owner !== undefined) expect(owners).toContain(owner);
      const [, pid] = /^ {2}\((\d+), '/.exec(line) ?? [];
      if (pid !== undefined) expect(pids).toContain(Number(pid));
    }
  });
});

describe('the list of idle sessions to end by hand', () => {
  const lists = recordings().flatMap(({ story, record }) => {
    const diagnosis = diagnose(record);
    const [look, end] = (diagnosis === null ? [] : adviseOn(record, diagnosis)).filter(({ isNow }) => isNow);
    if (!/^Look at (?:these \d+ idle sessions|this idle session) of/.test(look?.text ?? '')) return [];
    const listed = end?.paste?.lines.flatMap((line) => /^ {2}\((\d+), '/.exec(line)?.[1] ?? []) ?? [];
    const victims = record.plan?.victims.map(({ session }) => `${session.pid}`) ?? [];
    return victims.length === 0
      ? []
      : [{ name: story.name, text: `${look?.text} ${end?.text}`, listed, victims }];
  });
  const ofOthers = lists.filter(({ text }) => text.includes('A run would end others'));

  test.each(lists.filter((list) => !ofOthers.includes(list)))(
    'is what the run would end: $name',
    ({ listed, victims }) => {
      // A list has 20 at most.
      expect(listed.filter((pid) => victims.includes(pid))).toEqual(listed);
      expect(listed.length).toBe(Math.min(MOST_BY_HAND, victims.length));
    },
  );

  test('says so where the policy would end sessions of another program than the cause names', () => {
    expect(lists.length).toBeGreaterThan(50);
    expect(ofOthers.map(({ name }) => name)).toEqual(['mixture-tools-and-leak']);
    for (const { listed, victims } of ofOthers)
      expect(listed.filter((pid) => victims.includes(pid))).toEqual([]);
  });

  test('counts the programs whose sessions it has', () => {
    const tools = lists.find(({ name }) => name === 'developer-tools-many-people');
    expect(tools?.text).toMatch(/^Look at these 9 idle sessions of DBeaver .* and 2 programs like it /);
  });
});
