import type { ResourceTag } from './database-tags.ts';

/** One instance as `DescribeDBInstances` shows it. Null for what the answer does not have. */
export type RdsInstance = {
  readonly resource: string;
  readonly name: string;
  readonly arn: string;
  readonly engine: string;
  readonly engineVersion: string;
  /** Such as `db.m7g.large`. */
  readonly instanceClass: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly vpc: string | null;
  readonly status: string;
  readonly iam: boolean;
  readonly exportsLog: boolean;
  /** The name of the cluster that it is a member of. */
  readonly cluster: string | null;
  /** The server that it replicates, where that is another one than its cluster's writer. */
  readonly source: string | null;
  readonly unsupported: 'custom' | 'outposts' | null;
  readonly tags: readonly ResourceTag[];
};

/** One cluster as `DescribeDBClusters` shows it. */
export type RdsCluster = {
  readonly resource: string;
  readonly name: string;
  readonly arn: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly status: string;
  readonly iam: boolean;
  readonly exportsLog: boolean;
  readonly minimumCapacity: number | null;
  readonly isLimitless: boolean;
  readonly source: string | null;
  /** Only clusters without instances need it. The API shows no VPC of a cluster, so this is null where it is unknown. */
  readonly vpc: string | null;
  readonly tags: readonly ResourceTag[];
};

/** Everything that the API of RDS shows of a cell. Neptune and DocumentDB are in it too. */
export type RdsView = {
  readonly instances: readonly RdsInstance[];
  readonly clusters: readonly RdsCluster[];
};

/** A `fleet-network`: its function, and the VPCs that it reaches besides its own. */
export type FleetNetwork = {
  readonly vpc: string;
  readonly function: string;
  readonly reaches: readonly string[];
  /** Reserved concurrency of the function; null where none is declared. */
  readonly concurrency: number | null;
};

/** What the parameters of a cell say: its networks, and which hosts have a construct of their own. */
export type FleetParameters = {
  readonly networks: readonly FleetNetwork[];
  readonly declared: readonly { readonly host: string; readonly server: string }[];
};
