import { RegionInfo } from 'aws-cdk-lib/region-info';
import { RECEIVER_KINDS } from '../../functions/contract.ts';
import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { type ForeignFields, foreignFields } from '../../functions/core/base/foreign-fields.ts';
import { REGION_FORM } from '../../functions/core/base/region-form.ts';
import { rdsHost } from '../../functions/core/declaration/rds-host.ts';
import type { WrittenServer } from './fleet-problems.ts';

/** A stage as it is written, or the servers without stages. Its path is complete up to the next key. */
type Place = {
  readonly path: string;
  readonly fields: ForeignFields;
  readonly servers: readonly WrittenServer[];
};

/** A value that names the region, and perhaps partition and account, of what it stands for. */
type Said = {
  readonly path: string;
  readonly value: unknown;
  readonly partition: string | null;
  /** Null where another region may be meant, or the value names none. */
  readonly region: string | null;
  /** Null where another account may be meant. */
  readonly account: string | null;
};

/**
 * Values that contradict the account and region of their stage. Without stages, everything is deployed to one region: that
 * of the first server's first zone. Such a declaration would deploy, and every run would fail.
 */
export function placeProblems({ path, fields, servers }: Place): readonly Finding[] {
  const said = [
    ...servers.flatMap((server) => saidBy(server)),
    ...saidByReporting(`${path}reporting`, foreignFields(fields.reporting)),
  ];
  const first = said.find(({ region }) => region !== null);
  const isStage = typeof fields.region === 'string';
  const home = isStage ? fields.region : (first?.region ?? null);
  const from = isStage ? `${path}region says` : `${first?.path} says; servers of several regions need stages`;
  const account = /^\d{12}$/.test(String(fields.account)) ? String(fields.account) : null;
  const regions = said
    .filter(({ region }) => region !== null && region !== home)
    .map(({ path: at, value }) => ({
      path: at,
      found: quoted(value),
      allowed: `what is in ${home}, as ${from}`,
    }));
  const accounts = said
    .filter((each) => account !== null && each.account !== null && each.account !== account)
    .map(({ path: at, value }) => ({
      path: at,
      found: quoted(value),
      allowed: `what is in account ${account}, as ${path}account says; a secret of another account needs secretKeyArn`,
    }));
  return [
    ...regions,
    ...otherPartitions(said, home),
    ...accounts,
    ...servers.flatMap((server) => otherInstance(server)),
  ];
}

/** Regions that are newer than the CDK here have an unknown partition. */
function otherPartitions(said: readonly Said[], home: unknown): readonly Finding[] {
  const own = typeof home === 'string' ? RegionInfo.get(home).partition : undefined;
  return said
    .filter(({ partition }) => own !== undefined && partition !== null && partition !== own)
    .map(({ path, value }) => ({
      path,
      found: quoted(value),
      allowed: `an ARN of the partition ${own}, in which ${home} is: arn:${own}:...`,
    }));
}

function saidBy({ path, server }: WrittenServer): readonly Said[] {
  const { vpc, host, secretArn, secretKeyArn, pooler, alarmTopicArns } = server;
  const zones = foreignFields(vpc).availabilityZones;
  const inRegion = (at: string, value: unknown, region: string | null): Said => ({
    ...{ path: `${path}.${at}`, value, partition: null, region, account: null },
  });
  return [
    ...(Array.isArray(zones) ? zones : []).map((zone: unknown, index) =>
      inRegion(`vpc.availabilityZones[${index}]`, zone, regionOfZone(zone)),
    ),
    inRegion('host', host, typeof host === 'string' ? (rdsHost(host)?.region ?? null) : null),
    // AWS's own key encrypts only for its own account.
    fromArn(`${path}.secretArn`, secretArn, secretKeyArn === undefined),
    fromArn(`${path}.secretKeyArn`, secretKeyArn, false),
    fromArn(`${path}.pooler.secretArn`, foreignFields(pooler).secretArn, true),
    // SNS starts functions of other regions too.
    ...(Array.isArray(alarmTopicArns) ? alarmTopicArns : []).map((arn: unknown, index) => ({
      ...fromArn(`${path}.alarmTopicArns[${index}]`, arn, false),
      region: null,
    })),
  ];
}

/**
 * SNS takes messages in the topic's own region only. Topics of other accounts are usual. The secrets of receivers are checked
 * like those of servers.
 */
function saidByReporting(path: string, reporting: ForeignFields): readonly Said[] {
  const topics = ['people', 'chat', 'pager'].flatMap((key) =>
    ['topicArn', 'keyArn'].map((arn) =>
      fromArn(`${path}.${key}.${arn}`, foreignFields(reporting[key])[arn], false),
    ),
  );
  const secrets = RECEIVER_KINDS.flatMap((kind) => {
    const { secretArn, secretKeyArn } = foreignFields(reporting[kind]);
    return [
      fromArn(`${path}.${kind}.secretArn`, secretArn, secretKeyArn === undefined),
      fromArn(`${path}.${kind}.secretKeyArn`, secretKeyArn, false),
    ];
  });
  return [...topics, ...secrets];
}

function fromArn(path: string, value: unknown, isOwn: boolean): Said {
  const [, partition = null, region = null, account = null] =
    typeof value === 'string' ? (/^arn:([^:]+):[^:]+:([^:]+):(\d{12}):/.exec(value) ?? []) : [];
  return { path, value, partition, region, account: isOwn ? account : null };
}

function regionOfZone(zone: unknown): string | null {
  return typeof zone === 'string' ? (new RegExp(`^${REGION_FORM}`).exec(zone)?.[0] ?? null) : null;
}

/** The log group of one RDS instance, or the stream of one in a cluster's group, and the host name of another one. */
function otherInstance({ path, server: { host, logGroup, logStream } }: WrittenServer): readonly Finding[] {
  if (typeof host !== 'string' || typeof logGroup !== 'string') return [];
  const named = rdsHost(host)?.instance;
  const isOther = (instance: string | undefined) =>
    named !== undefined && instance !== undefined && instance.toLowerCase() !== named;
  const [, ofInstance] = /^\/aws\/rds\/instance\/([^/]+)\//.exec(logGroup) ?? [];
  const isOfCluster = logGroup.startsWith('/aws/rds/cluster/') && typeof logStream === 'string';
  // RDS may write more than one stream for an instance, each with a dot and a number.
  const inStream = isOfCluster ? logStream.split('.')[0] : undefined;
  const group = `the log group of the instance that ${path}.host names: /aws/rds/instance/${named}/postgresql`;
  const stream = `the stream of the instance that ${path}.host names: ${named}`;
  return [
    ...(isOther(ofInstance) ? [{ path: `${path}.logGroup`, found: quoted(logGroup), allowed: group }] : []),
    ...(isOther(inStream) ? [{ path: `${path}.logStream`, found: quoted(logStream), allowed: stream }] : []),
  ];
}
