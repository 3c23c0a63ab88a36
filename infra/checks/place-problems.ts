import { RECEIVER_KINDS } from '../../functions/contract.ts';
import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { rdsHost } from '../../functions/core/declaration/rds-host.ts';
import { REGION_FORM } from '../../functions/core/declaration/region-form.ts';
import type { WrittenServer } from './fleet-problems.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A stage as it is written, or the servers without stages. Its path is complete up to the next key. */
type Place = { readonly path: string; readonly fields: Fields; readonly servers: readonly WrittenServer[] };

/** A value that names the region, and perhaps the account, of what it stands for. */
type Said = {
  readonly path: string;
  readonly value: unknown;
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
    ...saidByReporting(`${path}reporting`, fieldsOf(fields.reporting)),
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
  return [...regions, ...accounts, ...servers.flatMap((server) => otherInstance(server))];
}

function saidBy({ path, server }: WrittenServer): readonly Said[] {
  const { vpc, host, secretArn, secretKeyArn } = server;
  const zones = fieldsOf(vpc).availabilityZones;
  const inRegion = (at: string, value: unknown, region: string | null): Said => ({
    ...{ path: `${path}.${at}`, value, region, account: null },
  });
  return [
    ...(Array.isArray(zones) ? zones : []).map((zone: unknown, index) =>
      inRegion(`vpc.availabilityZones[${index}]`, zone, regionOfZone(zone)),
    ),
    inRegion('host', host, typeof host === 'string' ? (rdsHost(host)?.region ?? null) : null),
    // AWS's own key encrypts only for its own account.
    fromArn(`${path}.secretArn`, secretArn, secretKeyArn === undefined),
    fromArn(`${path}.secretKeyArn`, secretKeyArn, false),
  ];
}

/**
 * SNS takes messages in the topic's own region only. Topics of other accounts are usual. The secrets of receivers are as
 * those of servers.
 */
function saidByReporting(path: string, reporting: Fields): readonly Said[] {
  const topics = ['people', 'chat', 'pager'].map((key) =>
    fromArn(`${path}.${key}.topicArn`, fieldsOf(reporting[key]).topicArn, false),
  );
  const secrets = RECEIVER_KINDS.flatMap((kind) => {
    const { secretArn, secretKeyArn } = fieldsOf(reporting[kind]);
    return [
      fromArn(`${path}.${kind}.secretArn`, secretArn, secretKeyArn === undefined),
      fromArn(`${path}.${kind}.secretKeyArn`, secretKeyArn, false),
    ];
  });
  return [...topics, ...secrets];
}

function fromArn(path: string, value: unknown, isOwn: boolean): Said {
  const [, region = null, account = null] =
    typeof value === 'string' ? (/^arn:[^:]+:[^:]+:([^:]+):(\d{12}):/.exec(value) ?? []) : [];
  return { path, value, region, account: isOwn ? account : null };
}

function regionOfZone(zone: unknown): string | null {
  return typeof zone === 'string' ? (new RegExp(`^${REGION_FORM}`).exec(zone)?.[0] ?? null) : null;
}

/** The log group of one RDS instance, and the host name of another one. */
function otherInstance({ path, server: { host, logGroup } }: WrittenServer): readonly Finding[] {
  if (typeof host !== 'string' || typeof logGroup !== 'string' || rdsHost(host) === null) return [];
  const [, instance] = /^\/aws\/rds\/instance\/([^/]+)\//.exec(logGroup) ?? [];
  const [named = ''] = host.toLowerCase().split('.');
  if (instance === undefined || instance.toLowerCase() === named) return [];
  const allowed = `the log group of the instance that ${path}.host names: /aws/rds/instance/${named}/postgresql`;
  return [{ path: `${path}.logGroup`, found: quoted(logGroup), allowed }];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
