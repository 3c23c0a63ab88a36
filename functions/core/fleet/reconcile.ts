import { isHourOld } from './is-hour-old.ts';
import { type CellView, type ObservedDatabase, observedDatabases } from './observed-database.ts';
import { REGISTRY_VERSION, type RegisteredDatabase, type RegistryItem } from './registry-item.ts';

/** One item to write. It is the whole item: what other versions added to it stays in it. */
export type RegistryWrite = {
  readonly item: RegistryItem;
  /** Seconds since the epoch after which the table may drop it; null for a database that is there. */
  readonly expiresAt: number | null;
};

export type Reconciled = {
  /** The registry as it is after the writes. */
  readonly databases: readonly RegisteredDatabase[];
  readonly writes: readonly RegistryWrite[];
};

const HOUR = 3_600_000;
/** A new resource id observes for a day: restores and clones inherit the tags of their source. */
const QUARANTINE_MS = 24 * HOUR;
/** What is gone stands in the registry for a week, and comes back with its first moment if the API shows it again. */
const KEPT_GONE_MS = 7 * 24 * HOUR;

/** What has to be written so that the registry shows what the API shows. Without a change, nothing but `lastSeen`. */
export function reconcile(known: readonly RegisteredDatabase[], view: CellView, now: number): Reconciled {
  const observed = observedDatabases(view);
  const byKey = new Map(known.map((each) => [each.key, each]));
  const sameAs = sameIn(known);
  const shown = new Set(observed.map(({ key }) => key));
  const there = observed.map((each) => presentItem(each, byKey.get(each.key) ?? null, sameAs(each), now));
  const missing = known.filter(({ key }) => !shown.has(key)).map((each) => missingItem(each, now));
  const changes = [...there, ...missing].map((after): Change => {
    const before = byKey.get(after.key) ?? null;
    return { after, unchanged: before === null || isDue(before, after, now) ? null : before };
  });
  return {
    databases: changes.map(({ after, unchanged }) => unchanged ?? after),
    writes: changes.filter(({ unchanged }) => unchanged === null).map(({ after }) => toWrite(after, now)),
  };
}

function presentItem(
  observed: ObservedDatabase,
  before: RegisteredDatabase | null,
  same: readonly RegisteredDatabase[],
  now: number,
): RegisteredDatabase {
  return {
    ...before,
    ...observed,
    version: Math.max(before?.version ?? 0, REGISTRY_VERSION),
    ...firstSight(same, now),
    lastSeen: new Date(now).toISOString(),
    goneSince: null,
    accepted: before?.accepted ?? null,
  };
}

/**
 * The items of a resource, under whatever VPC, and those of its cluster: a reader that scaling adds is no restore. Two reads have to
 * agree on the cluster. The API tells it by name, and lists that are read around a swap of blue and green give the green member the
 * cluster of the blue one.
 */
function sameIn(
  known: readonly RegisteredDatabase[],
): (observed: ObservedDatabase) => readonly RegisteredDatabase[] {
  const byResource = Map.groupBy(known, ({ resource }) => resource);
  const byCluster = Map.groupBy(known, ({ cluster }) => cluster?.resource ?? null);
  return ({ resource, cluster }) => {
    const own = byResource.get(resource) ?? [];
    const isAgreed = cluster !== null && own.some((each) => each.cluster?.resource === cluster.resource);
    return isAgreed ? [...own, ...(byCluster.get(cluster.resource) ?? [])] : own;
  };
}

/** When a database was seen first, and until when it observes, by the items that count as the same. */
function firstSight(
  same: readonly RegisteredDatabase[],
  now: number,
): Pick<RegistryItem, 'firstSeen' | 'observeUntil'> {
  if (same.length === 0) {
    const [firstSeen, observeUntil] = [now, now + QUARANTINE_MS].map((ms) => new Date(ms).toISOString());
    return { firstSeen: firstSeen ?? '', observeUntil: observeUntil ?? '' };
  }
  const ends = same.map(({ observeUntil, accepted }) => earlier(observeUntil, accepted?.at ?? observeUntil));
  return {
    firstSeen: same.map(({ firstSeen }) => firstSeen).reduce(earlier),
    observeUntil: ends.reduce(earlier),
  };
}

/** A time that cannot be read is the later one. */
function earlier(one: string, other: string): string {
  if (one === other) return one;
  return Date.parse(other) < Date.parse(one) || Number.isNaN(Date.parse(one)) ? other : one;
}

/**
 * The API may miss a database that moves between two pages. One that is missing twice is gone; until then it keeps its
 * standing, and a run finds out.
 */
function missingItem(item: RegisteredDatabase, now: number): RegisteredDatabase {
  if (item.goneSince === null) return { ...item, goneSince: new Date(now).toISOString() };
  return item.why === 'gone' ? item : { ...item, standing: 'skipped', why: 'gone' };
}

/** `unchanged` is the item as it stands; null where it has to be written. */
type Change = { readonly after: RegisteredDatabase; readonly unchanged: RegisteredDatabase | null };

function isDue(before: RegisteredDatabase, after: RegisteredDatabase, now: number): boolean {
  const { lastSeen, ...rest } = after;
  if (!isSame(rest, { ...before, lastSeen: undefined })) return true;
  return after.goneSince === null && isHourOld(before.lastSeen, now);
}

/** Whether two values have the same fields, in whatever order. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other;
  const isSameField = (key: string) => isSame(Reflect.get(one, key), Reflect.get(other, key));
  const isLess = (key: string) => Object.hasOwn(one, key) || Reflect.get(other, key) === undefined;
  return Object.keys(one).every(isSameField) && Object.keys(other).every(isLess);
}

function toWrite({ accepted: _, ...item }: RegisteredDatabase, now: number): RegistryWrite {
  const isGone = item.why === 'gone';
  return { item, expiresAt: isGone ? Math.ceil((now + KEPT_GONE_MS) / 1_000) : null };
}
