import {
  type DBCluster,
  type DBInstance,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
  type Tag,
} from '@aws-sdk/client-rds';
import { RemediationError } from '../core/base/errors.ts';
import type { ResourceTag } from '../core/fleet/database-tags.ts';
import type { RdsCluster, RdsInstance, RdsView } from '../core/fleet/rds-view.ts';
import { allOf } from './all-of.ts';
import { sdkFailureText } from './sdk-failure.ts';

const PAGE = 100;
const MAX_ATTEMPTS = 3;
/** All pages of both lists together, so that a marker that comes again ends too. A dispatch goes on with the last registry then. */
const WITHIN_MS = 20_000;

/** Everything that the API of RDS shows of this account and region. @throws RemediationError `api-refused`. */
export async function describeDatabases(): Promise<RdsView> {
  const client = new RDSClient({ maxAttempts: MAX_ATTEMPTS });
  const paging = { client, pageSize: PAGE };
  const options = { abortSignal: AbortSignal.timeout(WITHIN_MS) };
  try {
    const [instances, clusters] = await Promise.all([
      allOf(paginateDescribeDBInstances(paging, {}, options), ({ DBInstances = [] }) => DBInstances),
      allOf(paginateDescribeDBClusters(paging, {}, options), ({ DBClusters = [] }) => DBClusters),
    ]);
    return { instances: instances.flatMap(toInstance), clusters: clusters.flatMap(toCluster) };
  } catch (thrown) {
    const message = `The databases of this account cannot be listed (${sdkFailureText(thrown, WITHIN_MS)}): check that rds:DescribeDBInstances and rds:DescribeDBClusters are allowed. The last registry holds.`;
    throw new RemediationError('api-refused', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

/** Without an id, a name or a VPC, nothing can be registered. */
function toInstance(instance: DBInstance): readonly RdsInstance[] {
  const { DbiResourceId: resource, DBInstanceIdentifier: name } = instance;
  if (resource === undefined || name === undefined) return [];
  return [
    {
      ...{ resource, name, arn: instance.DBInstanceArn ?? '' },
      ...commonOf(instance),
      instanceClass: instance.DBInstanceClass ?? '',
      host: instance.Endpoint?.Address ?? null,
      port: instance.Endpoint?.Port ?? null,
      vpc: instance.DBSubnetGroup?.VpcId ?? null,
      status: instance.DBInstanceStatus ?? '',
      cluster: instance.DBClusterIdentifier ?? null,
      source:
        instance.ReadReplicaSourceDBInstanceIdentifier ??
        instance.ReadReplicaSourceDBClusterIdentifier ??
        null,
      unsupported: unsupportedKind(instance),
    },
  ];
}

function toCluster(cluster: DBCluster): readonly RdsCluster[] {
  const { DbClusterResourceId: resource, DBClusterIdentifier: name } = cluster;
  if (resource === undefined || name === undefined) return [];
  return [
    {
      ...{ resource, name, arn: cluster.DBClusterArn ?? '' },
      ...commonOf(cluster),
      status: cluster.Status ?? '',
      minimumCapacity: cluster.ServerlessV2ScalingConfiguration?.MinCapacity ?? null,
      isLimitless: cluster.ClusterScalabilityType === 'limitless',
      source: cluster.ReplicationSourceIdentifier ?? null,
      vpc: null,
    },
  ];
}

function commonOf(database: DBInstance | DBCluster) {
  return {
    engine: database.Engine ?? '',
    engineVersion: database.EngineVersion ?? '',
    iam: database.IAMDatabaseAuthenticationEnabled === true,
    exportsLog: database.EnabledCloudwatchLogsExports?.includes('postgresql') === true,
    tags: (database.TagList ?? []).flatMap(toTag),
  };
}

/** An empty value is a value: IAM would compare it too. */
function toTag({ Key: key, Value: value = '' }: Tag): readonly ResourceTag[] {
  return key === undefined ? [] : [{ key, value }];
}

function unsupportedKind(instance: DBInstance): RdsInstance['unsupported'] {
  const onOutposts =
    instance.CustomerOwnedIpEnabled === true ||
    instance.BackupTarget === 'outposts' ||
    instance.DBSubnetGroup?.Subnets?.some(({ SubnetOutpost }) => SubnetOutpost?.Arn !== undefined) === true;
  if (onOutposts) return 'outposts';
  return instance.CustomIamInstanceProfile === undefined ? null : 'custom';
}
