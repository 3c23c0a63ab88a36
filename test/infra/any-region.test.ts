import { expect, test } from 'vitest';
import { regionOf } from '../../functions/core/declaration/preflight.ts';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { PARTITIONS } from '../support/aws-partitions.ts';
import { aServer } from './synthesis.ts';

const REGIONS = PARTITIONS.flatMap(({ id, regions }) =>
  regions.map((region) => [region, id] as const),
).filter(([region]) => !region.endsWith('-global'));

test.each(REGIONS)('a server and a stage can be declared in %s, with ARNs of %s', (region, partition) => {
  const secretArn = `arn:${partition}:secretsmanager:${region}:111122223333:secret:orders-Ab3dEf`;
  const server = aServer({
    secretArn,
    host: 'orders.example.com',
    vpc: { ...(aServer().vpc as object), availabilityZones: [`${region}a`] },
  });
  const stage = { account: '111122223333', region, servers: [server] };
  const [declared] = parseDeclaration({ stages: { live: stage } });
  expect(declared?.place?.region).toBe(region);
  expect(declared?.servers.map(regionOf)).toEqual([region]);
});
