import type { ReceiverKind } from '../contract.ts';
import type { Story } from '../core/incident/incident.ts';
import type { Memory } from '../core/incident/memory.ts';
import type { KeptRun } from '../core/run/kept-record.ts';
import type { WarningState } from '../core/warning/warning-state.ts';
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

/** What a message is: news of an incident, of a run outside incidents, of something else, or a test. */
export type MessageKind =
  | Story['kind']
  | 'run'
  | 'misconfigured'
  | 'observed'
  | 'warning'
  | 'digest'
  | 'test';

/** What identifies a message, and its incident. */
export type MessageIdentity = {
  /** The same for every delivery of one message, so that receivers can drop repetitions. */
  readonly id: string;
  readonly kind: MessageKind;
  /** Null when it is about no incident, or when nothing is remembered. */
  readonly incident: string | null;
};

/** How many connections RDS counted at one time, in milliseconds since the epoch. */
export type VendedCount = { readonly at: number; readonly used: number };

/** Stores the counts of used slots. Rejects when they cannot be read or written. */
export type CountsStore = {
  readonly read: (server: string) => Promise<WarningState>;
  readonly write: (server: string, state: WarningState) => Promise<void>;
  /**
   * The most connections of each hour in the last three weeks, as RDS has counted them for the server with this host.
   */
  readonly past: (rdsHost: string, now: number) => Promise<readonly VendedCount[]>;
};

/** A pager does not want messages that open or resolve no alert. */
export type Publish = (message: Message, identity: MessageIdentity) => Promise<'not-wanted' | undefined>;

/** The steps of a report. `end` stops what is still running. */
export type ReportWork = ReportSteps & { readonly end: () => void };

/** What is stored of a run: its record as gzipped JSON, and its page. */
export type KeptAs = 'record' | 'page';

export type Keep = {
  /** The address where people can see it, whether or not it is stored yet. */
  readonly urlOf: (run: KeptRun, as: KeptAs) => Promise<string>;
  /** Rejects with `record-not-kept`. */
  readonly put: (run: KeptRun, as: KeptAs, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly index: IndexStore;
};

/** Stores the index of each server, and for null that of all servers. Rejects with `record-not-kept`. */
export type IndexStore = {
  readonly urlOf: (server: string | null) => Promise<string>;
  /** Null when there is none, and when it may not be read: then no write succeeds. */
  readonly read: (
    server: string | null,
  ) => Promise<{ readonly page: string; readonly version: string } | null>;
  /**
   * False when another writer was faster: the stored version has to be this one, or for null there must be
   * none.
   */
  readonly write: (server: string | null, page: string, version: string | null) => Promise<boolean>;
};

export type ReportPorts = {
  /** Begins the work on a result of `remediate`. */
  readonly work: (result: unknown) => ReportWork;
  /** Null when there is no bucket. */
  readonly keep: Keep | null;
  readonly count: (measure: Measure) => void;
  /** Null when nothing is remembered between runs. */
  readonly memory: MemoryStore | null;
  /** Null when nothing is remembered between runs, and where people are not warned. */
  readonly counts?: CountsStore | null;
  /** By topic and receiver, those that are configured. Rejects with `publish-failed`. */
  readonly publish: Readonly<
    Record<'people', Publish> & Record<'chat', Publish | null> & Partial<Record<ReceiverKind, Publish>>
  >;
  readonly now: RemediatePorts['now'];
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: RemediatePorts['log'];
};
