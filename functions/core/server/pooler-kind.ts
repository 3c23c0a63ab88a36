export const POOLER_KINDS = ['pgbouncer', 'pgpool'] as const;
export type PoolerKind = (typeof POOLER_KINDS)[number];

export const POOLER_NAMES: Readonly<Record<PoolerKind, string>> = {
  pgbouncer: 'PgBouncer',
  pgpool: 'pgpool-II',
};
