import { describe, expect, test } from 'vitest';
import { misconfigurationsIn } from '../../../functions/core/doctor/misconfigurations.ts';
import { someSessions } from '../../support/builders.ts';
import { someFacts, type Written } from '../../support/doctor-facts.ts';

const DAY_MS = 86_400_000;

const foundIn = (written: Written) => misconfigurationsIn(someFacts(written));
const checksIn = (written: Written) => foundIn(written).map(({ check }) => check);

describe('After a quiet sweep', () => {
  test('nothing is told of a server on which all is well', () => {
    expect(foundIn({})).toEqual([]);
  });

  test.each<[string, string, Written]>([
    ['our role may end nobody', 'terminate', { grants: { pg_signal_backend: 'missing' } }],
    ['our role is a superuser', 'attributes', { role: { attributes: ['SUPERUSER'], connectionLimit: 5 } }],
    ['our role has no limit', 'connection-limit', { role: { connectionLimit: null } }],
    ['our role has too small a limit', 'connection-limit', { role: { connectionLimit: 2 } }],
    ['our password has expired', 'password', { role: { passwordLeftMs: -1 } }],
    ['our password soon expires', 'password', { role: { passwordLeftMs: 29 * DAY_MS } }],
    ['nothing is reserved', 'reserve', { snapshot: { slots: { reserved: 0 } } }],
    ['the reserve is not ours', 'reserve', { grants: { pg_use_reserved_connections: 'missing' } }],
    [
      'nothing is reserved for people',
      'superuser-reserve',
      { snapshot: { slots: { superuserReserved: 0 } } },
    ],
    ['the server shows nothing', 'activity', { settings: { track_activities: 'off' } }],
    ['refusals are not logged', 'log-hidden', { settings: { log_destination: '' } }],
    ['refusals are logged in French', 'log-language', { settings: { lc_messages: 'fr_FR.UTF-8' } }],
  ])('it is told that %s (%s)', (_, check, written) => {
    const found = foundIn(written);
    expect(found.map((each) => each.check)).toEqual([check]);
    expect(found[0]?.mend).not.toBeNull();
  });

  test.each<[string, Written]>([
    ['works and could do so better', { settings: { log_line_prefix: '%m ', tcp_keepalives_idle: '0' } }],
    ['cannot be had before 16', { version: '14.23' }],
    ['could be more', { snapshot: { slots: { reserved: 1 } } }],
    [
      'depends on the load of the moment',
      { snapshot: { sessions: someSessions(30, 100, { superuser: true, user: 'root' }) } },
    ],
    ['a run tells by its outcome', { grants: { pg_read_all_stats: 'missing' } }],
  ])('what %s stays with the doctor', (_, written) => {
    expect(checksIn(written)).toEqual([]);
  });

  test('many statements are a list for the doctor: five are told, and the others counted', () => {
    const overrides = Array.from({ length: 30 }, (_, at) => ({
      setting: 'track_activities',
      value: 'off',
      role: `tenant_${at}`,
      database: null,
    }));
    const [found] = foundIn({ overrides });
    expect(found?.mend?.sql).toHaveLength(5);
    expect(found?.mend?.note).toBe('headroom doctor prints 25 more.');
  });
});
