import { describe, expect, test } from 'vitest';
import { protectionsOf } from '../../../functions/core/plan/protection.ts';
import { decodeLimits, decodeNames } from '../../../functions/core/server/session-names.ts';
import { parseSnapshotText, toSnapshotFile } from '../../../functions/core/server/snapshot-file.ts';
import { aPolicy, aSession, aSnapshot, type WrittenPolicy } from '../../support/builders.ts';

type Given = {
  readonly user?: string;
  readonly application?: string;
  readonly encoding?: string | null;
  readonly escapesApplications?: boolean;
};

/** As the server gives them: role in bytes with octal escapes, application as it shows it. */
function namesOf({ user = 'app', application = '', encoding = 'UTF8', escapesApplications = true }: Given) {
  return decodeNames({ user, database: 'shop', application }, encoding, escapesApplications);
}

describe('A role', () => {
  test.each([
    ['app', 'UTF8', 'app', []],
    ['a\\\\b', 'UTF8', 'a\\b', []],
    ['jos\\303\\251', 'UTF8', 'josé', []],
    // Made in a database in UTF8, met in another.
    ['jos\\303\\251', 'LATIN1', 'josé', []],
    ['jos\\303\\251', 'SQL_ASCII', 'josé', []],
    ['jos\\303\\251', 'EUC_TW', 'josé', []],
    ['jos\\351', 'LATIN1', 'josé', []],
    ['jos\\351', 'KOI8R', 'josИ', []],
    ['jos\\351', 'UTF8', 'jos?', ['user']],
    ['jos\\351', 'SQL_ASCII', 'jos?', ['user']],
    ['jos\\351', 'EUC_JP', 'jos?', ['user']],
    ['jos\\351', 'MULE_INTERNAL', 'jos?', ['user']],
    ['jos\\351', null, 'jos?', ['user']],
    ['\\304\\343\\331\\313', 'EUC_TW', '????', ['user']],
    ['\\306\\374', 'EUC_JIS_2004', '??', ['user']],
    // A byte for which the encoding has no letter.
    ['a\\322', 'WIN1253', 'a?', ['user']],
    ['a\\201', 'WIN1252', 'a?', ['user']],
    ['\\303\\251\\351', 'UTF8', 'é?', ['user']],
  ] as const)('of bytes %s in %s is %s', (user, encoding, text, undecoded) => {
    const names = namesOf({ user, encoding });
    expect([names.user, names.encodedNames?.undecoded ?? []]).toEqual([text, undecoded]);
  });
});

describe('An application', () => {
  test.each([
    ['jos\\xc3\\xa9', 'UTF8', 'josé', []],
    ['jos\\xe9', 'LATIN1', 'josé', []],
    ['jos\\xe9', 'UTF8', 'jos?', ['application']],
    // What the server would not have escaped is the client's own text.
    ['a\\x41 \\xZZ \\xc C:\\x', 'UTF8', 'a\\x41 \\xZZ \\xc C:\\x', []],
    ['tab\\x09', 'UTF8', 'tab\\x09', []],
    // 63 bytes of it: seven letters are whole, of the eighth one byte and half an escape are left.
    [`${'\\xd0\\xb6'.repeat(7)}\\xd0\\xb`, 'UTF8', 'ж'.repeat(7), ['application']],
  ] as const)('shown as %s in %s is %s', (application, encoding, text, undecoded) => {
    const names = namesOf({ application, encoding });
    expect([names.application, names.encodedNames?.undecoded ?? []]).toEqual([text, undecoded]);
    expect(names.encodedNames?.application ?? names.application).toBe(application);
  });

  test('is as it is shown where the server has escaped nothing: before 16', () => {
    const shown = 'jos\\xc3\\xa9 ??';
    expect(namesOf({ application: shown, escapesApplications: false })).toEqual({
      user: 'app',
      database: 'shop',
      application: shown,
    });
  });
});

/** Why a session of these names stays, or null where the policy lets it go. */
function sparedBy(given: Given, policy: WrittenPolicy, through = (text: string) => text): string | null {
  const session = aSession({ pid: 1, ...namesOf(given) });
  const written = JSON.stringify(toSnapshotFile(aSnapshot({ sessions: [session] })));
  const snapshot = parseSnapshotText(through(written));
  const [read] = snapshot.sessions;
  if (read === undefined) throw new Error('The session got lost');
  return protectionsOf(snapshot, aPolicy(policy))(read)?.detail ?? null;
}

describe('A pattern', () => {
  const LATIN1_ROLE_IN_UTF8 = { user: 'jos\\351' };
  const users = (...patterns: readonly string[]): WrittenPolicy => ({ protect: { users: patterns } });
  const UNSURE = 'user, which cannot be decoded';

  test.each([
    [users('josé'), UNSURE],
    [users('rené', 'josé'), UNSURE],
    [users('j*é'), UNSURE],
    [users('*é*'), UNSURE],
    [users('josé*è'), null],
    [users('日'), null],
    [users('joséf'), null],
    [users('rené'), null],
    [users('jos'), null],
    [users('jos*'), 'user'],
    [users('app', 'other*'), null],
    [users(), null],
  ])('on a role whose name cannot be decoded: %j', (policy, detail) => {
    expect(sparedBy(LATIN1_ROLE_IN_UTF8, policy)).toBe(detail);
  });

  test('spares the role that it decodes to, and no other', () => {
    const role = { user: 'jos\\351', encoding: 'LATIN1' };
    expect([sparedBy(role, users('josé')), sparedBy(role, users('josè'))]).toEqual(['user', null]);
  });

  test.each([
    [['josé'], 'user'],
    [['jos?'], 'user'],
    [['*é'], 'user'],
    [['jos*'], null],
    [['*'], null],
  ])('of include takes such a role only where it is certain: %j', (patterns, detail) => {
    expect(sparedBy(LATIN1_ROLE_IN_UTF8, { include: { users: patterns } })).toBe(detail);
  });

  const applications = (...patterns: readonly string[]): WrittenPolicy => ({
    protect: { applications: patterns },
  });
  const JOSE = { application: 'jos\\xc3\\xa9' };
  const CUT = { application: `${'\\xd0\\xb6'.repeat(7)}\\xd0\\xb` };

  test.each([
    [JOSE, applications('josé'), 'application'],
    // As the server shows it, for a policy written before the name was decoded.
    [JOSE, applications('jos\\xc3\\xa9'), 'application'],
    [JOSE, applications('jos\\xc3*'), 'application'],
    [JOSE, applications('jose'), null],
    [{ application: 'jos\\xe9' }, applications('josé'), 'application, which cannot be decoded'],
    [{ application: 'jos??', escapesApplications: false }, applications('josé'), null],
    [{ application: 'jos??', escapesApplications: false }, applications('jos??'), 'application'],
    [CUT, applications('ж'.repeat(12)), 'application, which cannot be decoded'],
    [CUT, applications('ж'.repeat(6)), null],
    [CUT, applications(`б${'ж'.repeat(12)}`), null],
    [CUT, { include: { applications: ['ж'.repeat(7)] } }, 'application'],
    [CUT, { include: { applications: ['ж*'] } }, null],
    [JOSE, { include: { applications: ['josé'] } }, null],
    [JOSE, { include: { applications: ['jos\\xc3\\xa9'] } }, null],
  ] as const)('on an application: %j, %j', (given, policy, detail) => {
    expect(sparedBy(given, policy)).toBe(detail);
  });

  test('on a name in plain ASCII works as ever, with a question mark too', () => {
    expect(sparedBy({ user: 'jos?' }, users('josé'))).toBeNull();
    expect(sparedBy({ user: 'jos?' }, { include: { users: ['jos?'] } })).toBeNull();
  });

  test('long names and patterns full of stars take no time', () => {
    const start = process.threadCpuUsage();
    sparedBy({ user: '\\351'.repeat(63) }, users(`${'*é'.repeat(200)}x`));
    expect(process.threadCpuUsage(start).user / 1_000).toBeLessThan(250);
  });
});

describe('A limit', () => {
  const own = () => 'UTF8';

  test('has the name that its sessions have', () => {
    const limits = [
      { name: 'jos\\351', limit: 5 },
      { name: 'app', limit: 6 },
    ];
    expect(decodeLimits(limits, [['jos\\351', 'josé']], own)).toEqual([
      { name: 'josé', limit: 5 },
      { name: 'app', limit: 6 },
    ]);
  });

  test('of a role without sessions is read as our own database reads it', () => {
    expect(decodeLimits([{ name: 'jos\\303\\251', limit: 5 }], [], own)).toEqual([
      { name: 'josé', limit: 5 },
    ]);
  });

  test.each([
    [
      'two roles have names of other bytes that read alike',
      [
        ['jos\\351', 'josé'],
        ['jos\\303\\251', 'josé'],
      ],
    ],
    [
      'two names cannot be decoded',
      [
        ['jos\\351', 'jos?'],
        ['jos\\350', 'jos?'],
      ],
    ],
    [
      'one role reads otherwise in two databases',
      [
        ['jos\\351', 'josé'],
        ['jos\\351', 'josИ'],
      ],
    ],
  ] as const)('is left out where %s', (_, used) => {
    const limits = [
      { name: 'jos\\351', limit: 5 },
      { name: 'app', limit: 6 },
    ];
    expect(decodeLimits(limits, used, own)).toEqual([{ name: 'app', limit: 6 }]);
  });
});
