/** What a service's URL says about its pool. Never holds the password. */
export type DatabaseUrl = {
  /** Empty where the URL has none, as for a Unix socket. */
  readonly host: string;
  readonly role: string | null;
  readonly database: string | null;
  /** Null where the URL does not say it. */
  readonly pool: number | null;
};

/** `postgres://`, `postgresql+asyncpg://`, `jdbc:postgresql://`, `r2dbc:pool:postgresql://`, Django's, Doctrine's and Ecto's. */
const SCHEME = /^(?:[a-z][\w-]*:)*(?:postgres(?:ql)?|postgis|pgsql|ecto)(?:\+\w+)?:\/\//i;
/** Prisma, then what Rails, Ecto, HikariCP, pgx, R2DBC and others read from URLs. */
const POOL_KEYS = [
  'connection_limit',
  'pool_size',
  'max_pool_size',
  'maximumPoolSize',
  'pool_max_conns',
  'maxSize',
  'pool',
];
/** SQLAlchemy opens these beside its pool. */
const OVERFLOW_KEY = 'max_overflow';

/** A port that only the deployment knows: `:${PORT}`, `:$(PORT)`, `:$PORT`. */
const UNKNOWN_PORT = /:\$[({]?\w+[)}]?(?=[/?,]|$)/g;

/** Null for what is no URL of PostgreSQL, `unreadable` for one that is none by its grammar. */
export function parseDatabaseUrl(text: string): DatabaseUrl | 'unreadable' | null {
  if (!SCHEME.test(text)) return null;
  // Of several hosts each connection goes to one. The first stands for all.
  const known = text.replace(SCHEME, 'postgres://').replace(UNKNOWN_PORT, '');
  const url = URL.parse(known.replace(/(:\/\/(?:[^/?]*@)?[^/?,]*),[^/?]*/, '$1'));
  if (url === null) return 'unreadable';
  const { hostname, username, pathname, searchParams } = url;
  return {
    host: (hostname || (searchParams.get('host') ?? '')).toLowerCase(),
    role: named(username) ?? searchParams.get('user'),
    database: named(pathname.slice(1)) ?? searchParams.get('dbname'),
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
  const overflow = parameters.get(OVERFLOW_KEY) ?? '0';
  const isKnown = /^[1-9]\d{0,5}$/.test(written) && /^\d{1,6}$/.test(overflow);
  return isKnown ? Number(written) + Number(overflow) : null;
}
