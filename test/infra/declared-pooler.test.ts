import { describe, expect, test } from 'vitest';
import { parseRemediateConfig } from '../../functions/config/config.ts';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { problemsOf as problemsIn } from './problems.ts';
import { aServer, type Resource, synthesize } from './synthesis.ts';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg-headroom/pgbouncer-Ab3dEf';
const POOLER = { kind: 'pgbouncer', host: '10.0.3.4', secretArn: SECRET, tls: 'off' };
const problemsOf = (fields: object) =>
  problemsIn(() => parseDeclaration({ servers: [aServer({ ...fields })] }));

describe('a declared pooler', () => {
  test('reaches the function, which may read its secret and no other', () => {
    const { servers } = synthesize([aServer({ pooler: POOLER })]);
    const all = Object.values<Resource>(servers.toJSON().Resources);
    const written = all.flatMap(({ Properties }) => {
      const { Variables } = (Properties.Environment ?? {}) as { Variables?: Record<string, string> };
      return Variables?.HEADROOM_POOLER ?? [];
    });
    expect(written.map((text) => JSON.parse(text))).toEqual([POOLER]);
    const statements = all.filter(({ Properties }) => JSON.stringify(Properties).includes(SECRET));
    expect(JSON.stringify(statements)).toContain('secretsmanager:GetSecretValue');
  });

  test('is read there as it was written, with its own port', () => {
    const { pooler } = parseRemediateConfig({
      HEADROOM_SERVER: 'orders',
      HEADROOM_HOST: 'orders.example.com',
      HEADROOM_SECRET: 'orders',
      HEADROOM_POLICY: '{}',
      HEADROOM_POOLER: JSON.stringify(POOLER),
    });
    const target = { host: '10.0.3.4', port: 6432, tls: { mode: 'off' } };
    expect(pooler).toEqual({ kind: 'pgbouncer', target, secret: SECRET });
  });

  test.each([
    ['another product', { pooler: { ...POOLER, kind: 'pgcat' } }, 'pooler.kind: found "pgcat"'],
    ['a key that nobody knows', { pooler: { ...POOLER, user: 'x' } }, 'pooler.user: found "x"'],
    [
      'no password beside IAM',
      {
        secretArn: undefined,
        secretKeyArn: undefined,
        user: 'headroom',
        resourceId: 'db-ABCDEFGHIJKLMNOP',
        pooler: { kind: 'pgpool', host: '10.0.3.4' },
      },
      'pooler.secretArn: missing',
    ],
  ])('is refused for %s', (_, fields, problem) => {
    expect(problemsOf(fields).join('\n')).toContain(problem);
  });
});
