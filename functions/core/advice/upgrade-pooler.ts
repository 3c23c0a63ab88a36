import type { Snapshot } from '../server/snapshot.ts';
import { type Advice, forOperator } from './advice.ts';

type Version = readonly [major: number, minor: number, patch: number];
type Fault = { readonly what: string; readonly since: Version; readonly mendedIn: Version };

/** Faults that let strangers in or stop the pooler, from PgBouncer's changelog (NEWS.md, pgbouncer.org/changelog). */
const FAULTS: readonly Fault[] = [
  {
    what: 'CVE-2026-107350 (a user of auth_file can log in as another one)',
    since: [1, 17, 0],
    mendedIn: [1, 26, 1],
  },
  {
    what: 'CVE-2026-19888 (a client without a login can crash it)',
    since: [1, 11, 0],
    mendedIn: [1, 26, 0],
  },
  { what: 'CVE-2026-6668 (a client without a login can hang it)', since: [0, 0, 0], mendedIn: [1, 26, 0] },
  {
    what: 'CVE-2026-6667 (every user of its console can end clients)',
    since: [0, 0, 0],
    mendedIn: [1, 25, 2],
  },
];

/** The most faults that a sentence names. */
const MOST = 2;

/** For a PgBouncer whose version has known faults. Distributions mend some of them without a new version. */
export function upgradePooler({ snapshot }: { readonly snapshot: Snapshot }): readonly Advice[] {
  const { pooler } = snapshot;
  const version = pooler?.kind === 'pgbouncer' ? versionOf(pooler.version ?? '') : null;
  if (version === null) return [];
  const faults = FAULTS.filter(
    ({ since, mendedIn }) => compare(version, since) >= 0 && compare(version, mendedIn) < 0,
  );
  const newest = faults
    .map(({ mendedIn }) => mendedIn)
    .toSorted(compare)
    .at(-1);
  if (newest === undefined) return [];
  const named = faults.slice(0, MOST).map(({ what }) => what);
  const more = faults.length > MOST ? ` and ${faults.length - MOST} more` : '';
  return [
    forOperator(
      `PgBouncer ${version.join('.')} has known faults: ${named.join(', ')}${more}. Upgrade it to ${newest.join('.')} or later, unless its package has the fixes already. Source: PgBouncer's changelog.`,
    ),
  ];
}

/** `[1, 26, 1]` of `PgBouncer 1.26.1`. Null where it is written otherwise. */
function versionOf(text: string): Version | null {
  const [, major, minor, patch] = /^PgBouncer (\d{1,3})\.(\d{1,3})\.(\d{1,3})(?!\d)/.exec(text) ?? [];
  return major === undefined ? null : [Number(major), Number(minor), Number(patch)];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
