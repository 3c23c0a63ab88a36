import type { Configuration } from '../core/doctor-facts.ts';
import type { Problem } from '../core/errors.ts';
import type { KeptRun } from '../core/kept-record.ts';
import type { Memory, Recall } from '../core/memory.ts';
import type { Message } from '../core/message.ts';
import type { SlotCount } from '../core/plan-quiet.ts';
import type { PoolerState } from '../core/pooler.ts';
import type { Connecting } from '../core/record.ts';
import type { TriedLock } from '../core/run-lock.ts';
import type { Measure } from '../core/run-metrics.ts';
import type { Session } from '../core/session.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { GuardResult } from '../core/verification.ts';
import type { KnownTries } from './known-tries.ts';
import type { ReportSteps } from './report-steps.ts';

/** One session with the server, alone and bounded. Every call is one or more autocommitted statements. */
export type Database = {
  /** Takes the lock unless another run has it, until the session ends; tells who else holds one like it. */
  readonly tryLock: () => Promise<TriedLock>;
  /** Counts the slots that are taken; null where a run may be at work, or sessions must be looked at to know. */
  readonly countSlots: () => Promise<SlotCount | null>;
  readonly readSnapshot: () => Promise<Snapshot>;
  /** What the doctor looks at besides the sessions; null on a server on which it is left to the doctor. */
  readonly readConfiguration: () => Promise<Configuration | null>;
  /** Each session through the guard; a broken connection yields `unknown` instead of an error. */
  readonly terminate: (sessions: readonly Session[]) => Promise<readonly GuardResult[]>;
  /** Ends the session within a bound; never throws. */
  readonly close: () => Promise<void>;
};

export type Connection =
  | { readonly database: Database; readonly connecting: Connecting }
  | { readonly problem: Problem; readonly connecting: Connecting };

/** Lends what `remediate` needs from outside. Times are milliseconds since the epoch. */
export type RemediatePorts = {
  /** As whom we come to the server; null when nobody can tell. Never rejects. */
  readonly ownRole: () => Promise<string | null>;
  /** Tries to get in until `deadline`. Does not throw for anything the server or the network does. */
  readonly connect: (deadline: number) => Promise<Connection>;
  /** What memory holds of the server, in half a second at most; null where there is no memory. Never rejects. */
  readonly recall: () => Promise<Recall | null>;
  /** Refused tries of the last runs in this process; undefined where a process has one run. */
  readonly tries?: KnownTries | undefined;
  /** What the server's pooler says of itself, in a second at most; null where none is declared. Never rejects. */
  readonly readPooler: () => Promise<PoolerState | null>;
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** One structured line; survives a run that is killed outright. */
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};

/** What is remembered of servers. Rejects with `memory-unreadable` or `memory-unwritable`. */
export type MemoryStore = {
  readonly read: (server: string) => Promise<Memory>;
  /** False when somebody else has written since: the memory's version must be one more than what is there. */
  readonly write: (server: string, memory: Memory) => Promise<boolean>;
};

type Publish = (message: Message) => Promise<void>;

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
