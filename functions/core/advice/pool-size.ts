import { type Advice, forDeveloper } from '../advice.ts';
import type { Technology } from '../client-technology.ts';
import { counted, listText } from '../words.ts';
import type { AdviceFacts, Suspect } from './advice-facts.ts';

/** One pool's size, on each address. */
type PoolSize = { readonly suspect: Suspect; readonly addresses: number; readonly size: number };

/** Pools that are larger than what they use: the sum over all instances counts, not the size of one. */
export function poolSize({ suspects, slots }: AdviceFacts): readonly Advice[] {
  const held = heldBy(suspects);
  return slots.need <= 0 ? [] : smallerPools(suspects, held - slots.need, `${slots.usable} usable slots`);
}

/** So that all together stay within a number of sessions. Nothing where what is busy now needs more. */
export function smallerPools(
  suspects: readonly Suspect[],
  together: number,
  ofWhat: string,
): readonly Advice[] {
  const sizes = suspects.map((suspect) => sizeOf(suspect, together / heldBy(suspects)));
  const fitting = sizes.filter(
    ({ suspect, size }) => size >= suspect.mostBusyPerAddress && size < suspect.mostPerAddress,
  );
  const [first] = fitting;
  if (first === undefined) return [];
  const sums = fitting.map(
    ({ suspect: { name, standing, mostPerAddress }, addresses }) =>
      `${name} ${standing.sessions} (${counted(addresses, 'address', 'addresses')}, up to ${mostPerAddress} each)`,
  );
  const goals = fitting.map(({ suspect: { name }, size }) =>
    fitting.length === 1 ? `${size}` : `${size} (${name})`,
  );
  const instances = first.addresses > 1 || fitting.length > 1 ? ' on each address' : '';
  const text = `Pools held ${heldBy(fitting.map(({ suspect }) => suspect))} of the ${ofWhat}: ${listText(sums)}. Make them at most ${listText(goals)}${instances}, so that the sum over all instances leaves room.`;
  return [forDeveloper(`${text}${wordsFor(first.suspect)}`, pasteFor(first))];
}

function heldBy(suspects: readonly Suspect[]): number {
  return suspects.reduce((sum, { standing }) => sum + standing.sessions, 0);
}

function sizeOf(suspect: Suspect, share: number): PoolSize {
  const { sessions, addresses } = suspect.standing;
  const count = Math.max(1, addresses.count);
  return { suspect, addresses: count, size: Math.max(1, Math.floor((sessions * share) / count)) };
}

/** What the size is called, where the client is known. */
const SETTINGS: Readonly<Partial<Record<Technology, string>>> = {
  'node-postgres': 'node-postgres: max, and idleTimeoutMillis other than 0.',
  psycopg2: 'psycopg2: maxconn of the pool.',
  sqlalchemy: 'SQLAlchemy: pool_size and max_overflow together, for each process.',
  npgsql: 'Npgsql: Maximum Pool Size, and Minimum Pool Size 0.',
  activerecord: 'Rails: pool in database.yml, for each process.',
  prisma: 'Prisma: connection_limit in the URL, and one client for each process.',
  jdbc: 'HikariCP keeps as many idle as it may have, unless minimumIdle says less, and opens again what is ended.',
};

function wordsFor({ technology }: Suspect): string {
  const words = technology === null ? undefined : SETTINGS[technology.technology];
  return words === undefined ? '' : ` ${words}`;
}

function pasteFor({ suspect: { technology }, size }: PoolSize): Advice['paste'] {
  switch (technology?.technology) {
    case 'jdbc':
      return {
        language: 'properties',
        lines: [
          `maximumPoolSize=${size}`,
          `minimumIdle=${Math.min(2, size)}`,
          'connectionTimeout=30000',
          'idleTimeout=600000',
        ],
      };
    case 'node-postgres':
      return {
        language: 'javascript',
        lines: [`const pool = new Pool({ max: ${size}, idleTimeoutMillis: 10_000 });`],
      };
    default:
      return undefined;
  }
}
