import { OPT_IN_TAG, POLICY_TAG } from '../../contract.ts';

/** The form of a service control policy, as AWS Organizations takes it. */
export type ControlPolicy = {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Deny';
    readonly Action: readonly string[];
    readonly Resource: '*';
    readonly Condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  }[];
};

/**
 * Everything of RDS that can give a resource a tag or take one away. Snapshots are among them: a database that is restored
 * takes the tags of its snapshot, and that request names none.
 */
const TAGGING = [
  'rds:AddTagsToResource',
  'rds:RemoveTagsFromResource',
  'rds:Create*',
  'rds:Restore*',
  'rds:Copy*',
] as const;

/**
 * The service control policy that lets only some roles opt a database in or out. Names of tags in conditions on a resource
 * are compared without case, so this one denies `PG-Headroom` too.
 * @param except ARNs of the roles that may, `*` in them stands for any text. At least one.
 */
export function tagGuardrail(except: readonly [string, ...string[]]): ControlPolicy {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OnlyTheseRolesOptDatabasesIn',
        Effect: 'Deny',
        Action: TAGGING,
        Resource: '*',
        Condition: {
          'ForAnyValue:StringEqualsIgnoreCase': { 'aws:TagKeys': [OPT_IN_TAG, POLICY_TAG] },
          ArnNotLike: { 'aws:PrincipalArn': except },
        },
      },
    ],
  };
}
