import type { Memory } from '../core/incident/memory.ts';
import type { KeptRun } from '../core/run/kept-record.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import type { Message } from '../render/base/message.ts';
import type { ReportSteps } from './report-steps.ts';
import type { Measure } from './run-metrics.ts';

/** What is remembered of servers. Rejects with `memory-unreadable` or `memory-unwritable`. */
export type MemoryStore = {
  readonly read: (server: string) => Promise<Memory>;
  /** False when somebody else has written since: the memory's version must be one more than what is there. */
  readonly write: (server: string, memory: Memory) => Promise<boolean>;
};

export type Publish = (message: Message) => Promise<void>;

/** The steps of a report, and their end: nothing is to be left running. */
export type ReportWork = ReportSteps & { readonly end: () => void };

/** What is kept of a run: its record as gzipped JSON, and the page that is drawn of it. */
export type KeptAs = 'record' | 'page';

export type Keep = {
  /** Where people can see it, whether or not it is there yet. */
  readonly urlOf: (run: KeptRun, as: KeptAs) => Promise<string>;
  /** Rejects with `record-not-kept`. */
  readonly put: (run: KeptRun, as: KeptAs, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
};

export type ReportPorts = {
  /** Begins the work on a result of `remediate`. */
  readonly work: (result: unknown) => ReportWork;
  /** Null where there is no bucket to keep anything in. */
  readonly keep: Keep | null;
  readonly count: (measure: Measure) => void;
  /** Null where nothing is remembered between runs. */
  readonly memory: MemoryStore | null;
  /** By topic; null where nobody reads there. Rejects with `publish-failed`. */
  readonly publish: Readonly<Record<'people', Publish> & Record<'chat', Publish | null>>;
  readonly now: RemediatePorts['now'];
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: RemediatePorts['log'];
};
