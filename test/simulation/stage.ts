import type { SentNews } from '../../functions/core/fleet/cell-news.ts';
import type { FleetRunEvent } from '../../functions/core/fleet/run-event.ts';
import type { LogLinesTrigger } from '../../functions/core/trigger/log-lines.ts';
import type { FleetDelivery } from '../../functions/fleet/report-parcel.ts';
import type { Journal } from './journal.ts';
import type { Product } from './product.ts';
import type { Estate } from './simulated-estate.ts';
import type { FunctionName, Life, SimulatedLambda } from './simulated-lambda.ts';
import type { LogGroups } from './simulated-logs.ts';
import type { SimulatedTables } from './simulated-tables.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';

/** The events of a cell, by function. */
export type Send = {
  readonly dispatch: (event: DispatchEvent) => void;
  readonly intake: (event: LogLinesTrigger) => void;
  readonly triggers: () => void;
  readonly remediate: (event: FleetRunEvent) => void;
  readonly report: (delivery: FleetDelivery) => void;
  readonly news: (news: SentNews) => void;
};
export type DispatchEvent = { readonly kind: 'period'; readonly at: number } | { readonly kind: 'alarm' };

/** Everything that the functions of a simulated cell stand on. */
export type Stage = {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly estate: Estate;
  readonly weather: Weather;
  readonly tables: SimulatedTables;
  readonly logs: LogGroups;
  readonly lambda: SimulatedLambda;
  readonly journal: Journal;
  readonly product: Product;
  /** The organisation's bucket by name; the text is the version too. Null where it has none. */
  readonly hub: Map<string, string> | null;
  readonly send: Send;
  /** Called after each call of a port. It may end the invocation. */
  readonly afterCall: (name: FunctionName, port: string, life: Life) => void;
};
