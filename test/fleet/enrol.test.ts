import { describe, expect, test } from 'vitest';
import { enrolSql } from '../../functions/core/fleet/enrol-sql.ts';
import type { RegistryItem } from '../../functions/core/fleet/registry-item.ts';
import { type EnrolPorts, enrol, parseEnrolRequest } from '../../functions/fleet/enrol.ts';
import { itemOfDatabase, keyOfDatabase } from '../support/fleet-cells.ts';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-0a1b-Ab3dEf';
const KEY = keyOfDatabase('orders');

/** The ports, with what was asked of them. */
function ports(fields: Partial<RegistryItem> | null = {}) {
  const asked: unknown[] = [];
  const stage: EnrolPorts = {
    readDatabase: async (key) =>
      fields === null || key !== KEY ? null : { ...itemOfDatabase('orders', fields), accepted: null },
    run: async (address, secret, statementsOf) => {
      const statements = statementsOf(16);
      asked.push({ ...address, secret, statements });
      return { version: 16, ran: statements.length };
    },
    log: () => {},
  };
  return { stage, asked };
}

describe('Enrolment', () => {
  test('runs the statements of the version on the address of the registry', async () => {
    const { stage, asked } = ports();
    const request = parseEnrolRequest({ database: KEY, secret: SECRET, host: 'evil.example.com', port: 1 });
    expect(await enrol(request, stage)).toMatchObject({ name: 'orders', version: 16 });
    expect(asked).toEqual([
      {
        host: 'orders.abcdefghijkl.eu-west-1.rds.amazonaws.com',
        port: 5432,
        secret: SECRET,
        statements: enrolSql(16).statements,
      },
    ]);
  });

  test('is undone by the same event with undo', async () => {
    const { stage, asked } = ports();
    await enrol(parseEnrolRequest({ database: KEY, secret: SECRET, undo: true }), stage);
    expect(asked).toMatchObject([{ statements: enrolSql(16).undo }]);
  });

  test.each([
    ['without the tag', { tag: 'absent', standing: 'untagged' }],
    ['tagged off', { tag: 'off', standing: 'untagged' }],
    ['that is declared', { standing: 'declared' }],
    ['of another kind', { standing: 'unsupported' }],
    ['without an address', { host: null }],
  ] as const)('leaves a database %s alone', async (_, fields) => {
    const { stage, asked } = ports(fields);
    await expect(enrol(parseEnrolRequest({ database: KEY, secret: SECRET }), stage)).rejects.toThrow(
      /Nothing was done/,
    );
    expect(asked).toEqual([]);
  });

  test('leaves a database alone that the registry does not have', async () => {
    const { stage, asked } = ports(null);
    await expect(enrol(parseEnrolRequest({ database: KEY, secret: SECRET }), stage)).rejects.toThrow(
      /no such database/,
    );
    expect(asked).toEqual([]);
  });

  test.each([
    undefined,
    {},
    { database: KEY },
    { database: 'orders', secret: SECRET },
    { database: KEY, secret: 'orders' },
    { database: KEY, secret: 'arn:aws:s3:::bucket' },
    { database: `${KEY}\n`, secret: SECRET },
  ])('refuses the event %j', (event) => {
    expect(() => parseEnrolRequest(event)).toThrow(/Enrolment needs/);
  });
});
