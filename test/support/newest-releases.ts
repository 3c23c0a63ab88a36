/** A release of one major version, as the package of PostgreSQL's programs numbers it: `18.4.0-beta.17`. */
export type Release = { readonly major: number; readonly version: string };

type Numbers = readonly [major: number, minor: number, patch: number, build: number];

/**
 * For each installed release the newest one of the same major version that is listed, where it is newer. Versions in
 * another form, and other major versions, are left out.
 */
export function newerReleases(installed: readonly Release[], listed: readonly string[]): readonly Release[] {
  return installed.flatMap(({ major, version }) => {
    const [newest] = listed
      .filter((each) => numbersOf(each)?.[0] === major)
      .toSorted((one, other) => compare(other, one));
    return newest !== undefined && compare(newest, version) > 0 ? [{ major, version: newest }] : [];
  });
}

function compare(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  if (a === null || b === null) return 0;
  const at = a.findIndex((number, place) => number !== b[place]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function numbersOf(version: string): Numbers | null {
  const [, major, minor, patch, build] =
    /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:-beta\.(\d{1,4}))?$/.exec(version) ?? [];
  if (major === undefined) return null;
  // A release without "-beta" is later than all of its builds.
  return [Number(major), Number(minor), Number(patch), build === undefined ? 10_000 : Number(build)];
}
