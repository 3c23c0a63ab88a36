import { FLEET_ROLES } from '../../contract.ts';
import type { RegisteredDatabase } from './registry-item.ts';

/** The statements that name databases by their ids, for accounts where IAM does not look at a database's tag at its login. */
export type LoginPolicy = {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Action: 'rds-db:connect';
    readonly Resource: readonly string[];
  }[];
};

/** Members of a cluster log in by the cluster's id. */
export function loginPolicy(databases: readonly RegisteredDatabase[]): LoginPolicy {
  const usersOf = (user: string, tags: readonly string[]) => [
    ...new Set(databases.filter(({ tag }) => tags.includes(tag)).map((database) => userArn(database, user))),
  ];
  const lists = [
    usersOf(FLEET_ROLES.signals, ['enforce']),
    usersOf(FLEET_ROLES.observes, ['observe', 'enforce']),
  ];
  return {
    Version: '2012-10-17',
    Statement: lists
      .filter((list) => list.length > 0)
      .map((Resource) => ({ Effect: 'Allow', Action: 'rds-db:connect', Resource })),
  };
}

/** The ARN of a database says its partition, region and account. */
function userArn({ arn, cluster, resource }: RegisteredDatabase, user: string): string {
  const [, partition, , region, account] = arn.split(':');
  return `arn:${partition}:rds-db:${region}:${account}:dbuser:${cluster?.resource ?? resource}/${user}`;
}
