import { RemediationError } from '../core/base/errors.ts';
import type { ResourceTag } from '../core/fleet/database-tags.ts';
import type { RdsCluster, RdsInstance, RdsView } from '../core/fleet/rds-view.ts';
import { elementsAt, parseXml, textAt, type XmlElement } from './query-xml.ts';
import { sdkFailureText } from './sdk-failure.ts';
import { type SignedService, signedCall } from './signed-call.ts';

const RDS: SignedService = { name: 'rds', variable: 'RDS' };
const VERSION = '2014-10-31';
const PAGE = 100;
/** All pages of one list together. A dispatch goes on with the last registry then. */
const WITHIN_MS = 20_000;
/** No account has so many pages: a marker that comes again would never end. */
const MOST_PAGES = 400;

/** Everything that the API of RDS shows of this account and region. @throws RemediationError `api-refused`. */
export async function describeDatabases(): Promise<RdsView> {
  try {
    const [instances, clusters] = await Promise.all([
      allOf('DescribeDBInstances', ['DBInstances', 'DBInstance']),
      allOf('DescribeDBClusters', ['DBClusters', 'DBCluster']),
    ]);
    return { instances: instances.flatMap(toInstance), clusters: clusters.flatMap(toCluster) };
  } catch (thrown) {
    const message = `The databases of this account cannot be listed (${sdkFailureText(thrown)}): check that rds:DescribeDBInstances and rds:DescribeDBClusters are allowed. The last registry holds.`;
    throw new RemediationError('api-refused', message, { cause: thrown });
  }
}

async function allOf(
  action: 'DescribeDBInstances' | 'DescribeDBClusters',
  path: readonly string[],
): Promise<readonly XmlElement[]> {
  const until = Date.now() + WITHIN_MS;
  const found: XmlElement[] = [];
  let marker: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const fields = { Action: action, Version: VERSION, MaxRecords: String(PAGE) };
    const body = new URLSearchParams({ ...fields, ...(marker !== null && { Marker: marker }) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const withinMs = Math.max(1, until - Date.now());
    const answer = parseXml(await signedCall(RDS, { headers, body, withinMs }));
    const result = elementsAt(answer, `${action}Result`)[0];
    if (result === undefined) throw new Error(`an answer without ${action}Result`);
    found.push(...elementsAt(result, ...path));
    marker = textAt(result, 'Marker');
    if (marker === null) return found;
  }
  throw new Error(`more than ${MOST_PAGES} pages`);
}

/** Without an id, a name or a VPC, nothing can be registered. */
function toInstance(element: XmlElement): readonly RdsInstance[] {
  const [resource, name] = [textAt(element, 'DbiResourceId'), textAt(element, 'DBInstanceIdentifier')];
  if (resource === null || name === null) return [];
  const port = Number(textAt(element, 'Endpoint', 'Port') ?? Number.NaN);
  return [
    {
      ...{ resource, name, arn: textAt(element, 'DBInstanceArn') ?? '' },
      ...engineOf(element),
      instanceClass: textAt(element, 'DBInstanceClass') ?? '',
      host: textAt(element, 'Endpoint', 'Address'),
      port: Number.isInteger(port) ? port : null,
      vpc: textAt(element, 'DBSubnetGroup', 'VpcId'),
      status: textAt(element, 'DBInstanceStatus') ?? '',
      ...featuresOf(element),
      cluster: textAt(element, 'DBClusterIdentifier'),
      source:
        textAt(element, 'ReadReplicaSourceDBInstanceIdentifier') ??
        textAt(element, 'ReadReplicaSourceDBClusterIdentifier'),
      unsupported: unsupportedKind(element),
      tags: tagsOf(element),
    },
  ];
}

function toCluster(element: XmlElement): readonly RdsCluster[] {
  const resource = textAt(element, 'DbClusterResourceId');
  const name = textAt(element, 'DBClusterIdentifier');
  if (resource === null || name === null) return [];
  const least = textAt(element, 'ServerlessV2ScalingConfiguration', 'MinCapacity');
  return [
    {
      ...{ resource, name, arn: textAt(element, 'DBClusterArn') ?? '' },
      ...engineOf(element),
      status: textAt(element, 'Status') ?? '',
      ...featuresOf(element),
      minimumCapacity: least === null ? null : Number(least),
      isLimitless: textAt(element, 'ClusterScalabilityType') === 'limitless',
      source: textAt(element, 'ReplicationSourceIdentifier'),
      vpc: null,
      tags: tagsOf(element),
    },
  ];
}

function engineOf(element: XmlElement) {
  return { engine: textAt(element, 'Engine') ?? '', engineVersion: textAt(element, 'EngineVersion') ?? '' };
}

function featuresOf(element: XmlElement) {
  const exported = elementsAt(element, 'EnabledCloudwatchLogsExports', 'member').map(({ text }) =>
    text.trim(),
  );
  return {
    iam: textAt(element, 'IAMDatabaseAuthenticationEnabled') === 'true',
    exportsLog: exported.includes('postgresql'),
  };
}

function unsupportedKind(element: XmlElement): RdsInstance['unsupported'] {
  const onOutposts =
    textAt(element, 'CustomerOwnedIpEnabled') === 'true' ||
    textAt(element, 'BackupTarget') === 'outposts' ||
    textAt(element, 'DBSubnetGroup', 'Subnets', 'Subnet', 'SubnetOutpost', 'Arn') !== null;
  if (onOutposts) return 'outposts';
  return textAt(element, 'CustomIamInstanceProfile') === null ? null : 'custom';
}

/** An empty value is a value: IAM would compare it too. */
function tagsOf(element: XmlElement): readonly ResourceTag[] {
  return elementsAt(element, 'TagList', 'Tag').flatMap((tag) => {
    const key = textAt(tag, 'Key');
    return key === null ? [] : [{ key, value: elementsAt(tag, 'Value')[0]?.text ?? '' }];
  });
}
