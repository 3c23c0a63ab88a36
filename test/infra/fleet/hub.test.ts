import { describe, expect, test } from 'vitest';
import { decide } from '../../support/iam-evaluator.ts';
import { deployed, documentOf, ofType } from './fleet-templates.ts';

/** What the cells of an organisation share. */

describe('The hub', () => {
  const given = {
    OrganizationId: 'o-a1b2c3d4e5',
    HubBucket: 'acme-headroom-hub',
    PolicyWriters: ['arn:aws:iam::111122223333:role/platform'],
  };

  test('has code, policies and a bus where the bucket is named, and only the code elsewhere', () => {
    const types = (resources: ReturnType<typeof deployed>) =>
      Object.values(resources)
        .map(({ Type }) => Type)
        .toSorted();
    expect(types(deployed('fleet-hub', { OrganizationId: 'o-a1b2c3d4e5' }))).toEqual([
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
    ]);
    expect(types(deployed('fleet-hub', given))).toEqual([
      'AWS::Events::EventBus',
      'AWS::Events::EventBusPolicy',
      'AWS::S3::Bucket',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'AWS::S3::BucketPolicy',
    ]);
  });

  test('lets the roles that are named write policies, and members of the organisation read', () => {
    const policies = ofType(deployed('fleet-hub', given), 'AWS::S3::BucketPolicy').map(
      ([, { Properties }]) => Properties,
    );
    const found = policies.find(({ Bucket }) => String(Bucket).startsWith('<Policies'));
    // The rules about TLS are those of every bucket.
    const statements = documentOf(found ?? {}).filter(({ Action }) => Action !== 's3:*');
    const on = (action: string, context: Readonly<Record<string, string>>) =>
      decide(statements, {
        action: `s3:${action}`,
        resource: `${found?.Bucket}.Arn/policies/default.json`,
        context,
      });
    const writer = 'arn:aws:iam::111122223333:role/platform';
    const other = 'arn:aws:iam::111122223333:role/admin';
    expect(on('PutObject', { 'aws:PrincipalArn': other })).toBe('denied');
    expect(on('DeleteObjectVersion', { 'aws:PrincipalArn': other })).toBe('denied');
    expect(on('PutObject', { 'aws:PrincipalArn': writer })).toBe('not allowed');
    expect(on('GetObject', { 'aws:PrincipalArn': other, 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' })).toBe(
      'allowed',
    );
    expect(on('GetObject', { 'aws:PrincipalArn': other, 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' })).toBe(
      'not allowed',
    );
    expect(on('GetObject', { 'aws:PrincipalArn': other })).toBe('not allowed');
  });

  test('keeps every version of a policy', () => {
    for (const [, { Properties }] of ofType(deployed('fleet-hub', given), 'AWS::S3::Bucket'))
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });
});
