import type { Memory } from '../core/incident/memory.ts';
import type { KeptRun } from '../core/run/kept-record.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import type { Message } from '../render/base/message.ts';
import type { ReportSteps } from './report-steps.ts';
import type { Measure } from './run-metrics.ts';

/** Stores what is remembered about servers. Rejects with `memory-unreadable` or `memory-unwritable`. */
export type MemoryStore = {
  readonly read: (server: string) => Promise<Memory>;
  /** False when another writer was faster: the new version has to be one more than the stored one. */
  readonly write: (server: string, memory: Memory) => Promise<boolean>;
};

export type Publish = (message: Message) => Promise<void>;

/** The steps of a report. `end` stops what is still running. */
export type ReportWork = ReportSteps & { readonly end: () => void };

/** What is stored of a run: its record as gzipped JSON, and its page. */
export type KeptAs = 'record' | 'page';

export type Keep = {
  /** The address where people can see it, whether or not it is stored yet. */
  readonly urlOf: (run: KeptRun, as: KeptAs) => Promise<string>;
  /** Rejects with `record-not-kept`. */
  readonly put: (run: KeptRun, as: KeptAs, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
};

export type ReportPorts = {
  /** Begins the work on a result of `remediate`. */
  readonly work: (result: unknown) => ReportWork;
  /** Null when there is no bucket. */
  readonly keep: Keep | null;
  readonly count: (measure: Measure) => void;
  /** Null when nothing is remembered between runs. */
  readonly memory: MemoryStore | null;
  /** By topic, with null for a topic that is not configured. Rejects with `publish-failed`. */
  readonly publish: Readonly<Record<'people', Publish> & Record<'chat', Publish | null>>;
  readonly now: RemediatePorts['now'];
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: RemediatePorts['log'];
};
