import type { Configuration } from '../core/doctor-facts.ts';
import type { Session } from '../core/session.ts';
import type { Flavor, Snapshot } from '../core/snapshot.ts';
import type { Query } from './database.ts';

/** What differs between PostgreSQL and its relatives. */
export type Dialect = {
  readonly flavor: Flavor;
  /** Whoever reads again lends the same `told`. */
  readonly readSnapshot: (query: Query, told?: (statement: string) => string | null) => Promise<Snapshot>;
  /** Null where the doctor alone looks at it. */
  readonly readConfiguration: (query: Query) => Promise<Configuration | null>;
  /** The guarded statement that ends one session: a row that says `sent`, or none when it is no longer what was seen. */
  readonly guard: (victim: Session) => Statement;
};

export type Statement = { readonly text: string; readonly values: readonly unknown[] };
