import { SUBSCRIPTION_CONCURRENCY } from '../../functions/contract.ts';
import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { NO_PASSWORD } from '../../functions/core/declaration/pooler-declaration.ts';
import { parseSchedule, TIME_ZONE } from '../../functions/core/declaration/schedule-text.ts';
import { SECRET_ARN } from '../../functions/core/declaration/setting-schemas.ts';
import { readPolicy } from '../../functions/core/policy/parse-policy.ts';
import { authorityProblems } from './authority-problems.ts';
import { environmentProblems, remediateEnvironment, type ServerFields } from './remediate-environment.ts';
import { repeatedEntries } from './repeated-entries.ts';

/** Contradictions between the settings of one server. Each setting by itself is checked by its schema. */
export function serverProblems(server: ServerFields): readonly Finding[] {
  return [
    ...loginProblems(server),
    ...authorityProblems(server),
    ...logProblems(server),
    ...concurrencyProblems(server),
    ...timeProblems(server),
    ...listProblems(server),
    ...poolerProblems(server),
    ...policyProblems(server),
    // The variables as far as they are known now.
    ...environmentProblems(remediateEnvironment(server)),
  ];
}

type Ask = (key: string, allowed: string) => Finding;

function asking(server: ServerFields): Ask {
  return (key, allowed) => ({ path: key, found: quoted(server[key]), allowed });
}

/** A server needs exactly one login: a secret, or IAM as a user of a resource, which needs TLS. */
function loginProblems(server: ServerFields): readonly Finding[] {
  const { secretArn, secretKeyArn, user, resourceId, tls } = server;
  const problem = asking(server);
  const key =
    secretArn === undefined && secretKeyArn !== undefined
      ? [problem('secretKeyArn', 'no such key without a secret')]
      : [];
  if (user === undefined && resourceId === undefined) {
    const either = `${SECRET_ARN}, or instead of it user and resourceId`;
    return secretArn === undefined ? [problem('secretArn', either), ...key] : [];
  }
  return [
    ...(secretArn === undefined ? key : [problem('secretArn', 'no such key beside user and resourceId')]),
    ...(user === undefined ? [problem('user', 'our role, beside resourceId')] : []),
    ...(resourceId === undefined ? [problem('resourceId', 'the id of the resource, beside user')] : []),
    ...(tls === 'off' ? [problem('tls', '"verify" beside user: IAM authentication needs TLS')] : []),
  ];
}

/** The instances of an Aurora cluster write into one log group, each into its own stream. */
const SHARED_GROUP = /^\/aws\/rds\/cluster\//;

function logProblems(server: ServerFields): readonly Finding[] {
  const { alarm = 'metric', logGroup, logStream } = server;
  const problem = asking({ ...server, alarm });
  if (alarm === 'none') return [];
  if (logGroup === undefined)
    return [problem('logGroup', `the server's log group beside alarm ${quoted(alarm)}, or alarm "none"`)];
  const isShared = typeof logGroup === 'string' && SHARED_GROUP.test(logGroup);
  if (alarm === 'metric') {
    const kinds = '"subscription", "log-alarm" or "none"';
    const because = 'a metric filter cannot tell the streams of a group apart';
    if (isShared) return [problem('alarm', `${kinds} for a cluster's log group: ${because}`)];
    return logStream === undefined ? [] : [problem('alarm', `${kinds} beside logStream: ${because}`)];
  }
  return isShared && logStream === undefined
    ? [problem('logStream', "the instance's name, beside a cluster's log group")]
    : [];
}

/** With a second run at the same time, lines of the first one's refused tries would start it. */
function concurrencyProblems(server: ServerFields): readonly Finding[] {
  const { alarm, reservedConcurrency } = server;
  const isMore = typeof reservedConcurrency === 'number' && reservedConcurrency > SUBSCRIPTION_CONCURRENCY;
  if (alarm !== 'subscription' || !isMore) return [];
  const because = 'with more, log lines of our own refused tries could start a run';
  const allowed = `${SUBSCRIPTION_CONCURRENCY} beside alarm "subscription", or no such key: ${because}`;
  return [asking(server)('reservedConcurrency', allowed)];
}

function timeProblems(server: ServerFields): readonly Finding[] {
  const { schedule, timeZone } = server;
  if (timeZone === undefined) return [];
  const times = typeof schedule === 'string' ? parseSchedule(schedule) : null;
  const isCron = schedule !== undefined && (times === null || times.kind === 'cron');
  return isCron ? [] : [asking(server)('timeZone', `no such key but ${TIME_ZONE}`)];
}

/** Each entry becomes a resource that can exist only once. */
function listProblems({ vpc, securityGroupIds, alarmTopicArns }: ServerFields): readonly Finding[] {
  const subnetIds = typeof vpc === 'object' && vpc !== null && 'subnetIds' in vpc ? vpc.subnetIds : undefined;
  return [
    ...repeatedEntries('vpc.subnetIds', subnetIds),
    ...repeatedEntries('securityGroupIds', securityGroupIds),
    ...repeatedEntries('alarmTopicArns', alarmTopicArns),
  ];
}

/** Only the server takes an IAM token as a password, a pooler does not. */
function poolerProblems({ user, pooler }: ServerFields): readonly Finding[] {
  if (user === undefined || typeof pooler !== 'object' || pooler === null || 'secretArn' in pooler) return [];
  return [{ path: 'pooler.secretArn', ...NO_PASSWORD }];
}

function policyProblems({ policy = {} }: ServerFields): readonly Finding[] {
  const read = readPolicy(policy);
  if ('policy' in read) return [];
  return read.findings.map(({ path, ...finding }) => ({
    path: path === '(root)' ? 'policy' : `policy.${path}`,
    ...finding,
  }));
}
