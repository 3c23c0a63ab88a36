/** What connects: one service, or the pools of one pooler. */
export type BudgetLine = {
  /** Unique in a budget. */
  readonly name: string;
  readonly kind: 'service' | 'pooler';
  /** The name of the server or pooler that it connects to. */
  readonly to: string;
  /** Pools that exist at the same time, with as few copies as possible and in the worst case. */
  readonly leastPools: number;
  readonly mostPools: number;
  /** The most connections of one pool. */
  readonly pool: number;
  /** Null for a pooler, which connects as its clients do, and where it is not known. */
  readonly role: string | null;
  readonly database: string | null;
  /** What only poolers have. */
  readonly pooler: PoolerLimits | null;
};

type PoolerLimits = {
  readonly reserve: number;
  readonly maxDatabaseConnections: number | null;
  readonly maxClients: number | null;
};

export type BudgetServer = {
  readonly name: string;
  /** Slots that ordinary clients can get. */
  readonly usable: number;
  /** Limits above 0, by name. */
  readonly roles: ReadonlyMap<string, number>;
  readonly databases: ReadonlyMap<string, number>;
};

export type Budget = {
  readonly servers: readonly BudgetServer[];
  readonly lines: readonly BudgetLine[];
};
