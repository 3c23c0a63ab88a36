import type { TagWord } from './database-tags.ts';
import type { RegistryItem, Standing, StandingReason } from './registry-item.ts';

/** What decides whether runs may reach a database. */
export type StandingFacts = {
  readonly unsupported: 'limitless' | 'custom' | 'outposts' | null;
  readonly isDeclared: boolean;
  readonly tag: TagWord;
  readonly hasNetwork: boolean;
  readonly status: string;
  readonly hasEndpoint: boolean;
  readonly iam: boolean;
  readonly iamTooSmall: boolean;
};

export type StandingWithReason = Pick<RegistryItem, 'standing' | 'why'>;

/** The first reason decides, in the order in which a person can do something about it. */
export function standingOf(facts: StandingFacts): StandingWithReason {
  if (facts.unsupported !== null) return { standing: 'unsupported', why: facts.unsupported };
  if (facts.isDeclared) return { standing: 'declared', why: null };
  if (facts.tag === 'absent') return { standing: 'untagged', why: null };
  const why = skipReason(facts);
  const standing: Standing = why === null ? 'runs' : 'skipped';
  return { standing, why };
}

function skipReason(facts: StandingFacts): StandingReason | null {
  if (facts.tag === 'unknown') return 'unknown-tag';
  if (facts.tag === 'off') return 'off';
  if (!facts.hasNetwork) return 'no-network';
  if (isAway(facts.status)) return 'status';
  if (!facts.hasEndpoint) return 'no-endpoint';
  if (facts.iam) return null;
  return facts.iamTooSmall ? 'iam-too-small' : 'iam-off';
}

/**
 * States in which a server takes no session, as the RDS guide lists them. In every other one it does or may, and a run
 * that finds it shut is a failure.
 */
const AWAY: ReadonlySet<string> = new Set([
  'creating',
  'deleting',
  'failed',
  'inaccessible-encryption-credentials',
  'inaccessible-encryption-credentials-recoverable',
  'insufficient-capacity',
  'rebooting',
  'restore-error',
  'starting',
  'stopped',
  'stopping',
  'storage-full',
  'upgrading',
  'cloning-failed',
  'migration-failed',
  'promoting',
]);

function isAway(status: string): boolean {
  return AWAY.has(status) || status.startsWith('incompatible-');
}

/** GiB of one capacity unit of Serverless v2. */
const GIB_PER_UNIT = 2;
/** IAM authentication takes 300 to 1,000 MiB, which smaller servers may not have to spare. */
const LEAST_GIB = 4;
/** Older classes of at most 3.75 GiB that are not burstable. */
const SMALL = /^db\.(?:m1\.|m3\.medium$|c1\.medium$)/;

/** Whether a server may have too little memory for IAM authentication. Burstable classes count as small. */
export function isTooSmallForIam(instanceClass: string, minimumCapacity: number | null): boolean {
  if (instanceClass === 'db.serverless')
    return minimumCapacity === null || minimumCapacity * GIB_PER_UNIT < LEAST_GIB;
  return instanceClass.startsWith('db.t') || SMALL.test(instanceClass);
}
