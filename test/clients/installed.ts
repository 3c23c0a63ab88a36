import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { sayMissing } from '../support/installed.ts';

/** What is no npm package: where it was found, or null. */
type Found = string | null;

const answers = (file: string, ...args: readonly string[]): boolean => {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The system's own first: another Python of a developer's does not see Debian's packages. */
export const PYTHON: Found =
  ['/usr/bin/python3', 'python3'].find((file) => answers(file, '-c', 'import psycopg2.pool')) ?? null;

const JARS = ['HikariCP', 'postgresql', 'slf4j-api', 'slf4j-simple'].map(
  (name) => `/usr/share/java/${name}.jar`,
);
export const CLASS_PATH: Found =
  JARS.every((jar) => existsSync(jar)) && answers('javac', '-version') ? JARS.join(':') : null;

const PSQL: Found = answers('psql', '--version') ? 'psql' : null;
/** Gives a program a terminal; that of util-linux. */
const TERMINAL: Found = answers('script', '--version') ? 'script' : null;
const PGBENCH: Found = answers('pgbench', '--version') ? 'pgbench' : null;

/** Debian's packages that bring them. */
const PACKAGES = {
  psycopg2: { found: PYTHON, packages: 'python3-psycopg2' },
  HikariCP: {
    found: CLASS_PATH,
    packages: 'libhikaricp-java libpostgresql-jdbc-java libslf4j-java openjdk-17-jdk-headless',
  },
  psql: { found: PSQL && TERMINAL, packages: 'postgresql-client bsdutils' },
  pgbench: { found: PGBENCH, packages: 'postgresql' },
} as const;

/** Where it is absent that is said in place of the tests. */
export function isInstalled(what: keyof typeof PACKAGES): boolean {
  const { found, packages } = PACKAGES[what];
  if (found !== null) return true;
  sayMissing(`${what} among the clients`, what, packages);
  return false;
}
