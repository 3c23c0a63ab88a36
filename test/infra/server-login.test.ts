import { describe, expect, test } from 'vitest';
import { parseRemediateConfig } from '../../functions/config/config.ts';
import { aServer, statements, synthesize, theOnly } from './synthesis.ts';

const RESOURCE = 'db-ABCDEFGHIJKL01234567890MNO';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-0123456789ab';
const { servers } = synthesize([
  aServer({ secretArn: undefined, user: 'headroom', resourceId: RESOURCE }),
  aServer({ name: 'keyed', host: 'keyed.example.com', secretKeyArn: KEY }),
]);

describe('a server whose role authenticates by IAM', () => {
  test('has a function that may connect as exactly this user of exactly this resource, and reads no secret', () => {
    const granted = statements(servers, 'ordersRemediationRemediate');
    expect(granted.filter(({ Action }) => Action === 'rds-db:connect')).toEqual([
      {
        Effect: 'Allow',
        Action: 'rds-db:connect',
        Resource: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':rds-db:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              `:dbuser:${RESOURCE}/headroom`,
            ],
          ],
        },
      },
    ]);
    expect(JSON.stringify(granted)).not.toContain('secretsmanager');
  });

  test("has an environment with the user and without a secret, which the function's own parser takes", () => {
    const [, { Properties }] = theOnly(servers, 'AWS::Lambda::Function', 'orders');
    const { Variables } = Properties.Environment as { readonly Variables: Record<string, string> };
    expect(Variables).toMatchObject({ HEADROOM_USER: 'headroom' });
    expect(Variables).not.toHaveProperty('HEADROOM_SECRET');
    expect(parseRemediateConfig({ ...Variables, HEADROOM_TABLE: 'memory' }).login).toEqual({
      user: 'headroom',
    });
  });
});

describe('a server whose secret has a key of its own', () => {
  test('has a function that may decrypt this secret by this key, when Secrets Manager asks for it', () => {
    const granted = statements(servers, 'keyedRemediationRemediate');
    expect(granted.filter(({ Action }) => Action === 'kms:Decrypt')).toEqual([
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: KEY,
        Condition: {
          StringEquals: {
            'kms:EncryptionContext:SecretARN': aServer().secretArn,
            'kms:ViaService': {
              'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
            },
          },
        },
      },
    ]);
  });

  test('is the only one with such a permission', () => {
    expect(JSON.stringify(statements(servers, 'ordersRemediation'))).not.toContain('kms:');
  });
});
