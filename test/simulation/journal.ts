import type { SentNews } from '../../functions/core/fleet/cell-news.ts';
import type { FleetTrigger } from '../../functions/core/fleet/run-event.ts';
import type { FunctionName } from './simulated-lambda.ts';

/** A run that Lambda began, with what the tables had of its database at that moment. */
export type BegunRun = {
  readonly id: string;
  readonly key: string;
  readonly at: number;
  readonly trigger: FleetTrigger;
  /** When it was asked for. */
  readonly sentAt: number;
  readonly item: string | undefined;
};

/** A try to log in, on the server that the address led to. */
export type LoginTry = {
  /** Of the registry's item. */
  readonly key: string;
  readonly at: number;
  /** Of the invocation. */
  readonly run: string;
  readonly role: string;
  readonly isIn: boolean;
};

/** Sessions that one statement ended. */
export type Ending = {
  /** Of the registry's item, and of the server on which they ended. */
  readonly key: string;
  readonly endedOn: string;
  readonly at: number;
  readonly run: string;
  readonly role: string;
  readonly holdsLock: boolean;
  readonly sessions: number;
  /** How many had to end when the run first read the server. */
  readonly need: number;
  readonly loggedInAt: number;
};

/** One try to publish a message. */
export type Told = {
  readonly id: string;
  readonly key: string;
  readonly at: number;
  readonly kind: string;
  /** Whether Lambda told of a run without a result. */
  readonly isOfCrash: boolean;
  readonly isTaken: boolean;
};

/** Something that the simulation broke, and how long. Without a key it is about the whole cell. */
export type Fault = {
  readonly kind: string;
  readonly key: string | null;
  readonly from: number;
  readonly until: number;
};

/** What people or the organisation decided: on this database, or in the whole cell, nothing ends meanwhile. */
export type Stop = { readonly key: string | null; readonly from: number; readonly until: number };

/** From then on a proof of the cell stands in its registry, or none does. */
export type Proven = { readonly at: number; readonly isProven: boolean };

/** A person ended the quarantine of a database. */
export type Accepted = { readonly key: string; readonly at: number };

/** What happened in a simulated cell. */
export type Journal = {
  readonly runs: BegunRun[];
  readonly logins: LoginTry[];
  readonly endings: Ending[];
  readonly told: Told[];
  readonly news: { readonly at: number; readonly sent: SentNews }[];
  /** Summaries that `report` was asked for. */
  readonly summaries: { readonly at: number; readonly week: string }[];
  readonly faults: Fault[];
  readonly stops: Stop[];
  readonly accepted: Accepted[];
  readonly proofs: Proven[];
  /** Refusals in the logs of databases that pause. */
  readonly refusedAwake: { readonly key: string; readonly at: number }[];
  /** Lines of refusals that a subscription of ours delivered. */
  readonly heard: { readonly key: string; readonly at: number }[];
  /** Invocations of `remediate` that Lambda took, without those that the weather loses. */
  readonly asked: { readonly id: string; readonly key: string; readonly at: number }[];
  /** Those that the weather loses. */
  readonly lost: { readonly key: string; readonly at: number }[];
  /** Runs that could not read their items. */
  readonly unread: { readonly key: string; readonly at: number }[];
  /** Databases that the API did not show because they fell between two of its pages. */
  readonly missed: { readonly key: string; readonly at: number }[];
  /** Runs of which `report` has written down what came of them. */
  readonly noted: Set<string>;
  /** Calls of ports by function and name. */
  readonly calls: Map<`${FunctionName} ${string}`, number>;
  /** Violations that showed themselves at once. */
  readonly violations: string[];
  /** Filters of others by log group, as they were at first. */
  readonly others: Map<string, string>;
};

export function newJournal(): Journal {
  return {
    ...{
      runs: [],
      logins: [],
      endings: [],
      told: [],
      news: [],
      summaries: [],
      faults: [],
      stops: [],
      accepted: [],
      proofs: [],
      refusedAwake: [],
      heard: [],
      asked: [],
      lost: [],
      unread: [],
      missed: [],
    },
    ...{ noted: new Set(), calls: new Map(), violations: [], others: new Map() },
  };
}
