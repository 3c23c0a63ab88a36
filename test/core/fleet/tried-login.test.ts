import { describe, expect, test } from 'vitest';
import { loginVerdict, parseLoginTry, parseTriedLogin } from '../../../functions/core/fleet/tried-login.ts';
import { VPC } from '../../support/fleet.ts';

const database = `${VPC}#db-TEST`;
const PAM = { sqlstate: '28000', routine: 'auth_failed', count: 3 };

describe('An event that asks for a login', () => {
  test('brings a key and nothing else', () => {
    const event = { proof: 1, database, host: 'evil.example', user: 'postgres', mode: 'enforce' };
    expect(parseLoginTry(event)).toEqual({ proof: 1, database });
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'proof'],
    ['of another form', { proof: true, database }],
    ['about no database', { proof: 1 }],
    ['about the cell', { proof: 1, database: 'cell#switch' }],
    ['about several databases', { proof: 1, database: [database] }],
    ['of a run', { fleet: 1, database, trigger: 'sweep', at: '2026-11-29T03:00:00Z' }],
  ])('is not one that is %s', (_, event) => {
    expect(parseLoginTry(event)).toBeNull();
  });
});

describe('A login', () => {
  test.each<[string, Parameters<typeof loginVerdict>[0], ReturnType<typeof loginVerdict>]>([
    ['that got in', { isIn: true, code: null, refusals: [] }, 'in'],
    ['that got in at the second try', { isIn: true, code: null, refusals: [PAM] }, 'in'],
    ['that IAM refused', { isIn: false, code: 'connect-denied', refusals: [PAM] }, 'refused'],
    [
      'of a role that is missing, or lacks rds_iam',
      { isIn: false, code: 'connect-denied', refusals: [{ ...PAM, sqlstate: '28P01' }] },
      'other',
    ],
    [
      'that a rule of pg_hba.conf refuses',
      { isIn: false, code: 'connect-denied', refusals: [{ ...PAM, routine: 'ClientAuthentication' }] },
      'other',
    ],
    [
      'of a server that is full',
      {
        isIn: false,
        code: 'connect-full',
        refusals: [{ sqlstate: '53300', routine: 'InitProcess', count: 3 }],
      },
      'other',
    ],
    [
      'that IAM refused once, and a full server twice',
      { isIn: false, code: 'connect-denied', refusals: [PAM, { sqlstate: '53300', routine: '', count: 2 }] },
      'other',
    ],
    ['that reached no server', { isIn: false, code: 'connect-unreachable', refusals: [] }, 'other'],
    [
      'that met silence',
      { isIn: false, code: 'connect-unreachable', refusals: [{ sqlstate: '', routine: '', count: 1 }] },
      'other',
    ],
    ['that failed after IAM refused', { isIn: false, code: 'connect-tls', refusals: [PAM] }, 'other'],
    ['that was denied without an answer', { isIn: false, code: 'connect-denied', refusals: [] }, 'other'],
  ])('%s', (_, tried, verdict) => {
    expect(loginVerdict(tried)).toBe(verdict);
  });

  test.each<[string, unknown]>([
    ['null, as a run of the version before answers', null],
    ['a text', 'in'],
    ['in by a word', { isIn: 'true', code: null, refusals: [] }],
    ['an error', { errorType: 'event-unknown', errorMessage: 'no' }],
  ])('is none by an answer that is %s', (_, answer) => {
    expect(parseTriedLogin(answer)).toBeNull();
  });
});
