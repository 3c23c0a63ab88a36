import { expect, test } from 'vitest';
import { rdsHost } from '../../../functions/core/declaration/rds-host.ts';
import { PARTITIONS } from '../../support/aws-partitions.ts';

const PLACES = PARTITIONS.flatMap(({ dnsSuffix, regions }) =>
  regions.filter((region) => !region.endsWith('-global')).map((region) => ({ region, dnsSuffix })),
);

test.each(PLACES)('a server in $region has a name of RDS under $dnsSuffix', ({ region, dnsSuffix }) => {
  const names = { instance: 'orders', region };
  expect(rdsHost(`orders.c1ab2cd3ef4g.${region}.rds.${dnsSuffix}`)).toEqual(names);
  expect(rdsHost(`Orders.c1ab2cd3ef4g.rds.${region.toUpperCase()}.${dnsSuffix}.`)).toEqual(names);
});

test.each([
  'db.example.com',
  'rds.amazonaws.com',
  'orders.eu-west-1.rds.amazonaws.com.example.com',
  'orders.eu-west-1.rds.amazonawsxcom',
  'orders.eu-west-1.rds.example.eu',
  '10.0.0.1',
  '',
])('"%s" is no name that RDS gives', (host) => {
  expect(rdsHost(host)).toBeNull();
});
