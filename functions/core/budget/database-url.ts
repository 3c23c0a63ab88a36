/** What a service's URL says about its pool. Never holds the password. */
export type DatabaseUrl = {
  readonly host: string;
  readonly role: string | null;
  readonly database: string | null;
  /** Null where the URL does not say it. */
  readonly pool: number | null;
};

/** `jdbc:postgresql://`, `postgres://`, `postgresql+asyncpg://`. */
const SCHEME = /^(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?:\/\//i;
/** Prisma, then what SQLAlchemy, Rails, Ecto, pgx and others read from URLs. */
const POOL_KEYS = [
  'connection_limit',
  'pool_size',
  'max_pool_size',
  'maximumPoolSize',
  'pool_max_conns',
  'pool',
];

/** Null for what is no URL of PostgreSQL. */
export function parseDatabaseUrl(text: string): DatabaseUrl | null {
  if (!SCHEME.test(text)) return null;
  // Of several hosts each connection goes to one. The first stands for all.
  const url = URL.parse(text.replace(SCHEME, 'postgres://').replace(/(:\/\/[^/?]*?),[^/?]*/, '$1'));
  if (url === null) return null;
  const { hostname, username, pathname, searchParams } = url;
  return {
    host: hostname.toLowerCase(),
    role: named(username) ?? searchParams.get('user'),
    database: named(pathname.slice(1)),
    pool: poolOf(searchParams),
  };
}

function named(encoded: string): string | null {
  if (encoded === '') return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function poolOf(parameters: URLSearchParams): number | null {
  const written = POOL_KEYS.map((key) => parameters.get(key)).find((value) => value !== null) ?? '';
  return /^[1-9]\d{0,5}$/.test(written) ? Number(written) : null;
}
