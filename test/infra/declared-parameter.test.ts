import { expect, test } from 'vitest';
import { aServer, resources, synthesize } from './synthesis.ts';

/** Declared beats tagged: what a fleet finds of servers that are declared. */

const hosts = {
  orders: 'Orders.abcdefghijkl.eu-west-1.rds.amazonaws.com',
  own: 'db.example.com',
};
const { servers } = synthesize(
  Object.entries(hosts).map(([name, host]) => aServer({ name, host, alarm: 'none', logGroup: undefined })),
);

test('A server on RDS leaves a parameter with its host in small letters, and any other server none', () => {
  const found = resources(servers, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties);
  expect(found.map(({ Name, Value }) => [Name, Value])).toEqual([
    ['/pg-headroom/declared/orders.abcdefghijkl.eu-west-1.rds.amazonaws.com', 'orders'],
  ]);
});
