import type { CellRungs } from './cell-items.ts';
import { databaseKey } from './database-key.ts';
import { isTooSmallForIam, standingOf } from './database-standing.ts';
import { readTags, tagsOfMember } from './database-tags.ts';
import type { FleetNetwork, FleetParameters, RdsCluster, RdsInstance, RdsView } from './rds-view.ts';
import type { RegistryItem } from './registry-item.ts';

/** What the API shows of a database now. What the registry alone knows is missing. */
export type ObservedDatabase = Omit<
  RegistryItem,
  'version' | 'firstSeen' | 'observeUntil' | 'lastSeen' | 'goneSince'
>;

/** Everything that was read of a cell. */
export type CellView = {
  readonly rds: RdsView;
  readonly parameters: FleetParameters;
  readonly rungs: CellRungs | null;
  /** The tag that names the owner. */
  readonly ownerTag: string;
};

/** The engines of PostgreSQL. Neptune and DocumentDB answer the same calls. */
const ENGINES: ReadonlySet<string> = new Set(['postgres', 'aurora-postgresql']);
const PORT = 5432;

/** The databases that the API shows, each once. */
export function observedDatabases(view: CellView): readonly ObservedDatabase[] {
  const { instances, clusters } = view.rds;
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const ofInstances = instances
    .filter(({ engine }) => ENGINES.has(engine))
    .flatMap((instance) => observedInstance(instance, byName.get(instance.cluster ?? '') ?? null, view));
  const alone = clusters
    .filter(({ engine, isLimitless }) => ENGINES.has(engine) && isLimitless)
    .flatMap((cluster) => observedCluster(cluster, view));
  // A database that moved between two pages while they were read is in both.
  return [...new Map([...ofInstances, ...alone].map((each) => [each.key, each])).values()];
}

function observedInstance(
  instance: RdsInstance,
  cluster: RdsCluster | null,
  view: CellView,
): readonly ObservedDatabase[] {
  const { vpc, resource, host, status } = instance;
  if (vpc === null) return [];
  const own = readTags(instance.tags, view.ownerTag);
  // The cluster of a member may be on a page that was read before the cluster was made: nothing may run without its tag.
  const ofCluster = cluster === null ? readTags([], view.ownerTag) : readTags(cluster.tags, view.ownerTag);
  const tags = instance.cluster === null ? own : tagsOfMember(ofCluster, own);
  const minimumCapacity = isServerless(instance) ? (cluster?.minimumCapacity ?? null) : null;
  const iam = instance.iam || cluster?.iam === true;
  const iamTooSmall = isTooSmallForIam(instance.instanceClass, minimumCapacity);
  const network = networkOf(vpc, view.parameters.networks);
  const declaredAs = declaredName(host, view.parameters);
  const unsupported = cluster?.isLimitless === true ? 'limitless' : instance.unsupported;
  return [
    {
      ...named(instance),
      ...{ key: databaseKey({ vpc, resource }), vpc, host },
      kind: instance.cluster === null ? 'instance' : 'member',
      cluster: cluster && { resource: cluster.resource, name: cluster.name, arn: cluster.arn },
      port: instance.port ?? PORT,
      database: 'postgres',
      ...tags,
      ...standingOf({
        ...{ unsupported, tag: tags.tag, status, iam, iamTooSmall },
        isDeclared: declaredAs !== null,
        hasNetwork: network !== null,
        hasEndpoint: host !== null,
      }),
      source: instance.source ?? cluster?.source ?? null,
      ...{ iam, iamTooSmall, minimumCapacity, network, declaredAs },
      ...rungOf(logGroupOf(instance, cluster), view.rungs),
    },
  ];
}

/** What an instance and a cluster are both known by. */
function named({ resource, name, arn, engine, engineVersion, status }: RdsInstance | RdsCluster) {
  return { resource, name, arn, engine, engineVersion, status };
}

/** A cluster without instances in the API. It stands in the registry so that people see why nothing runs. */
function observedCluster(cluster: RdsCluster, { ownerTag }: CellView): readonly ObservedDatabase[] {
  const { vpc, resource, name, arn, engine, engineVersion, status, source, iam } = cluster;
  if (vpc === null) return [];
  return [
    {
      ...{ key: databaseKey({ vpc, resource }), resource, vpc, name, arn, engine, engineVersion, status },
      ...{ kind: 'cluster', cluster: null, host: null, port: null, database: 'postgres', source, iam },
      ...readTags(cluster.tags, ownerTag),
      ...{ standing: 'unsupported', why: 'limitless', iamTooSmall: false, minimumCapacity: null },
      ...{ network: null, declaredAs: null },
      ...rungOf(null, null),
    },
  ];
}

function isServerless({ instanceClass }: RdsInstance): boolean {
  return instanceClass === 'db.serverless';
}

/** The function of the VPC itself, else the first that reaches it. */
function networkOf(vpc: string, networks: readonly FleetNetwork[]): RegistryItem['network'] {
  const near = networks.filter((each) => each.vpc === vpc);
  const far = networks
    .filter((each) => each.reaches.includes(vpc))
    .toSorted((a, b) => (a.vpc < b.vpc ? -1 : 1));
  const found = near[0] ?? far[0];
  return found === undefined ? null : { function: found.function, vpc: found.vpc };
}

/** DNS knows no case. */
function declaredName(host: string | null, { declared }: FleetParameters): string | null {
  const found = declared.find((each) => each.host.toLowerCase() === host?.toLowerCase());
  return found?.server ?? null;
}

/** The log group of a member is its cluster's, and the stream names the member. */
function logGroupOf(instance: RdsInstance, cluster: RdsCluster | null): string | null {
  if (instance.cluster !== null)
    return cluster?.exportsLog === true ? `/aws/rds/cluster/${cluster.name}/postgresql` : null;
  return instance.exportsLog ? `/aws/rds/instance/${instance.name}/postgresql` : null;
}

function rungOf(
  logGroup: string | null,
  rungs: CellRungs | null,
): Pick<RegistryItem, 'logGroup' | 'rung' | 'rungWhy'> {
  if (logGroup === null) return { logGroup, rung: 'sweep', rungWhy: 'the server exports no log' };
  const found = rungs?.groups.find(({ group }) => group === logGroup);
  if (found === undefined) return { logGroup, rung: 'sweep', rungWhy: 'the trigger is not set up yet' };
  return { logGroup, rung: found.rung, rungWhy: found.why };
}
