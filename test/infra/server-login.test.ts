import { Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { parseRemediateConfig } from '../../functions/config.ts';
import { RemediationError } from '../../functions/core/errors.ts';
import { parseServers } from '../../infra/declaration.ts';
import { grantLogin, type ServerLogin } from '../../infra/server-login.ts';
import { aServer, statements, synthesize, theOnly, withApp } from './synthesis.ts';

const RESOURCE = 'db-ABCDEFGHIJKL01234567890MNO';
const byIam = { secretArn: undefined, user: 'headroom', resourceId: RESOURCE };

describe('a server whose role authenticates by IAM', () => {
  const { servers } = synthesize([aServer(byIam)]);

  it('has a function that may connect as exactly this user of exactly this resource, and reads no secret', () => {
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

  it("has an environment with the user and without a secret, which the function's own parser takes", () => {
    const [, { Properties }] = theOnly(servers, 'AWS::Lambda::Function', 'orders');
    const { Variables } = Properties.Environment as { readonly Variables: Record<string, string> };
    expect(Variables).toMatchObject({ HEADROOM_USER: 'headroom' });
    expect(Variables).not.toHaveProperty('HEADROOM_SECRET');
    expect(parseRemediateConfig(Variables).login).toEqual({ user: 'headroom' });
  });
});

function problemsOf(fields: object): readonly string[] {
  try {
    parseServers([aServer({ ...fields })]);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof RemediationError)) throw thrown;
    const [, ...lines] = thrown.message.split('\n');
    return lines.map((line) => line.trim());
  }
}

describe('a declared login', () => {
  it.each([
    ['an instance', RESOURCE],
    ['an Aurora cluster', 'cluster-ABCDEFGHIJKL01234567890MNO'],
  ])('may be by IAM to %s', (_, resourceId) => {
    expect(problemsOf({ ...byIam, resourceId })).toEqual([]);
  });

  it.each([
    [
      'none',
      { secretArn: undefined },
      /secretArn: found nothing, allowed is the complete ARN .*, or instead of it user and resourceId$/,
    ],
    [
      'both',
      { user: 'headroom', resourceId: RESOURCE },
      /secretArn: found "arn:.*, allowed is no such key beside user and resourceId$/,
    ],
    ['no resource', { ...byIam, resourceId: undefined }, /resourceId: found nothing, allowed is the id of/],
    [
      'no user',
      { ...byIam, user: undefined },
      /user: found nothing, allowed is our role, beside resourceId$/,
    ],
    ["the instance's name", { ...byIam, resourceId: 'orders' }, /resourceId: found "orders", allowed is the/],
    ['any resource', { ...byIam, resourceId: '*' }, /resourceId: found "\*", allowed is the resource id/],
    ['any user', { ...byIam, user: '*' }, /user: found "\*", allowed is our role as it is named/],
    ['no TLS', { ...byIam, tls: 'off' }, /tls: found "off", allowed is "verify" beside user: IAM/],
  ])('is refused with its path for %s', (_, fields, problem) => {
    expect(problemsOf(fields)).toEqual([expect.stringMatching(problem)]);
    expect(problemsOf(fields)[0]).toMatch(/^servers\[0\]\./);
  });
});

describe("the construct's login", () => {
  const grantIn = (login: ServerLogin & { readonly tls?: 'verify' | 'off' }) =>
    withApp((app) => grantLogin(new Stack(app, 'Elsewhere'), login));
  const withSecret = (more: ServerLogin) =>
    withApp((app) => {
      const stack = new Stack(app, 'Elsewhere');
      const secret = Secret.fromSecretCompleteArn(stack, 'Secret', String(aServer().secretArn));
      return grantLogin(stack, { secret, ...more });
    });

  it.each([
    ['nothing', () => grantIn({}), 'found nothing'],
    ['half of IAM', () => grantIn({ iamUser: 'headroom' }), 'found iamUser,'],
    [
      'both',
      () => withSecret({ iamUser: 'headroom', resourceId: RESOURCE }),
      'found secret and iamUser and resourceId',
    ],
    ['a secret and half of IAM', () => withSecret({ iamUser: 'headroom' }), 'found secret and iamUser'],
    [
      'IAM in the clear',
      () => grantIn({ iamUser: 'headroom', resourceId: RESOURCE, tls: 'off' }),
      'tls "off"',
    ],
    ['every user', () => grantIn({ iamUser: '*', resourceId: RESOURCE }), 'The iamUser does not name one'],
    ['every resource', () => grantIn({ iamUser: 'headroom', resourceId: 'db-*' }), 'The resourceId does not'],
  ])('is refused for %s', (_, grant, message) => {
    expect(grant).toThrow(expect.objectContaining({ code: 'config-invalid' }));
    expect(grant).toThrow(message);
  });
});
