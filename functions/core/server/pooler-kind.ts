export const POOLER_KINDS = ['pgbouncer', 'pgpool', 'odyssey'] as const;
export type PoolerKind = (typeof POOLER_KINDS)[number];

export const POOLER_NAMES = {
  pgbouncer: 'PgBouncer',
  pgpool: 'pgpool-II',
  odyssey: 'Odyssey',
} as const satisfies Readonly<Record<PoolerKind, string>>;
