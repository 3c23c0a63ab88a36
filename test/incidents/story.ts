import type { Cause, Confidence } from '../../functions/core/diagnosis/cause.ts';
import type { Group } from '../../functions/core/server/session.ts';
import type { Version } from '../support/postgres-server.ts';
import type { Scene } from './scene.ts';

/** What must be said of an incident. */
export type Expected = {
  readonly cause: Cause;
  /** At least. */
  readonly confidence: Confidence;
  /** All of them, in any order but the first; sessions are what the recording made them hold. */
  readonly culprits: readonly ExpectedCulprit[];
};

export type ExpectedCulprit = Group & {
  /** Of a storm nobody can say beforehand how many are in at a moment: then they are counted in what was recorded. */
  readonly sessions: number | 'counted';
  readonly cause: Cause;
  /** Sessions an hour that it really opened and kept, where it did so steadily. */
  readonly perHour?: number;
};

/** An incident that real clients bring about on a real server. */
export type Story = {
  /** `<cause>-<story>`. */
  readonly name: string;
  /** What was done, in a sentence or two. */
  readonly told: string;
  readonly version: Version;
  readonly settings: Readonly<Record<string, string | number>> & { readonly max_connections: number };
  /** What starts the run; default the lines of refused clients in the server's log. */
  readonly trigger?: 'log-lines' | 'alarm' | 'schedule';
  /** How often so old everything is to be as it was recorded, for incidents that take hours. */
  readonly scales?: readonly number[];
  readonly policy?: object;
  /** As it was recorded; rates are those before scaling. */
  readonly expected: Expected;
  /** The rules were not tuned on it. */
  readonly isHeldOut?: true;
  readonly play: (scene: Scene) => Promise<void>;
};

export type ToldCulprit = Omit<ExpectedCulprit, 'sessions'> & { readonly sessions: number };

/** A story as it stands beside its recording. */
export type Told = Pick<Story, 'name' | 'told' | 'version' | 'settings' | 'isHeldOut'> & {
  /** Slots that clients share, or that walsenders have where it is about those. */
  readonly usable: number;
  readonly expected: Omit<Expected, 'culprits'> & { readonly culprits: readonly ToldCulprit[] };
  /** The recorded ages are multiplied by it. */
  readonly scaledFrom?: { readonly recorded: string; readonly factor: number };
};
