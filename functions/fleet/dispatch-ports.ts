import type { AttentionByKey } from '../core/fleet/attention.ts';
import type { SentNews } from '../core/fleet/cell-news.ts';
import type { FleetParameters, RdsView } from '../core/fleet/rds-view.ts';
import type { RegistryWrite } from '../core/fleet/reconcile.ts';
import type { FleetRunEvent } from '../core/fleet/run-event.ts';
import type { RemediatePorts } from '../remediate/ports.ts';

/** One item of the registry as it is stored: its key, and its attributes that are texts. */
export type RegistryRow = {
  readonly key: string;
  readonly texts: { readonly [Name in 'item' | 'accepted' | 'people' | 'organisation' | 'proof']?: string };
};

/** What belongs to the cell itself, by key and attribute. */
export type CellText = {
  readonly key: string;
  readonly attribute: 'item' | 'organisation';
  /** Null removes the attribute. */
  readonly text: string | null;
};

/** Reads a whole table of the registry, consistently. Rejects with `registry-unreadable`. */
export type ReadRegistry = () => Promise<readonly RegistryRow[]>;

/**
 * Takes a claim until a moment, in milliseconds since the epoch: false when another one holds it. A claim that is over is
 * free, whether or not the table has dropped it. An answer that was lost is no loss: `owner` tells whether a claim is ours.
 * Rejects with `registry-unwritable`.
 */
export type TakeClaim = (claim: {
  readonly key: string;
  readonly owner: string;
  readonly until: number;
}) => Promise<boolean>;

/** Invokes a function asynchronously, and does not wait for its run. Rejects with `invocation-refused`. */
export type InvokeRun = (functionArn: string, event: FleetRunEvent) => Promise<void>;

/** An object of the organisation's bucket. `etag` identifies this version of it. */
export type HubAnswer =
  | { readonly kind: 'same' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'text'; readonly text: string; readonly etag: string };

/** Numbers of one period. */
export type CellMeasure = { readonly unwellDatabases: number };

/** What the dispatcher needs from outside. Times are milliseconds since the epoch. */
export type DispatchPorts = {
  readonly takeClaim: TakeClaim;
  readonly readRegistry: ReadRegistry;
  /** Databases that need attention. Rejects with `registry-unreadable`. */
  readonly readAttention: () => Promise<AttentionByKey>;
  /** Everything that the API of RDS shows. Rejects with `api-refused`. */
  readonly describe: () => Promise<RdsView>;
  /** Rejects with `api-refused`. */
  readonly readParameters: () => Promise<FleetParameters>;
  /** Rejects with `registry-unwritable`. */
  readonly writeDatabase: (write: RegistryWrite) => Promise<void>;
  readonly writeCell: (text: CellText) => Promise<void>;
  /** Reads an object unless it is the version `etag`; null where the cell has no organisation. Rejects with `hub-away`. */
  readonly readHub: ((name: string, etag: string | null) => Promise<HubAnswer>) | null;
  readonly invokeRun: InvokeRun;
  /** Lets the triggers be put and removed. */
  readonly invokeTriggers: () => Promise<void>;
  /** Hands news over to `report`. */
  readonly tell: (news: SentNews) => Promise<void>;
  /** Has `report` send a summary of the cell to the organisation's bus; null where there is none. */
  readonly summarise: ((week: string) => Promise<void>) | null;
  readonly measure: (numbers: CellMeasure) => void;
  /** A text that no other dispatch has. */
  readonly newOwner: () => string;
  readonly now: RemediatePorts['now'];
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: RemediatePorts['log'];
};

/** What a dispatcher is configured with. */
export type DispatchSettings = {
  readonly periodMs: number;
  readonly ownerTag: string;
};
