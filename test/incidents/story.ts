import type { Cause, Confidence } from '../../functions/core/diagnosis/cause.ts';
import type { Group } from '../../functions/core/server/session.ts';
import type { Version } from '../support/postgres-server.ts';
import type { Scene } from './scene.ts';

/** The expected diagnosis of an incident. */
export type Expected = {
  readonly cause: Cause;
  /** The least confidence. */
  readonly confidence: Confidence;
  /** All culprits; only the first has a fixed place. `sessions` is what the recording made them hold. */
  readonly culprits: readonly ExpectedCulprit[];
};

export type ExpectedCulprit = Group & {
  /** In a storm the number of connected sessions cannot be foreseen, so it is `counted` in the recording. */
  readonly sessions: number | 'counted';
  readonly cause: Cause;
  /** Sessions an hour that it really opened and kept, if it did so steadily. */
  readonly perHour?: number;
};

/** An incident that real clients cause on a real server. */
export type Story = {
  /** `<cause>-<story>`. */
  readonly name: string;
  /** What was done, in a sentence or two. */
  readonly told: string;
  readonly version: Version;
  readonly settings: Readonly<Record<string, string | number>> & { readonly max_connections: number };
  /** What starts the run; default: the lines of refused clients in the server's log. */
  readonly trigger?: 'log-lines' | 'alarm' | 'schedule';
  /** Factors by which copies of the recording are older, for incidents that take hours. */
  readonly scales?: readonly number[];
  readonly policy?: object;
  /** As recorded; rates are those before scaling. */
  readonly expected: Expected;
  /** The rules were not tuned on it. */
  readonly isHeldOut?: true;
  readonly play: (scene: Scene) => Promise<void>;
};

export type ToldCulprit = Omit<ExpectedCulprit, 'sessions'> & { readonly sessions: number };

/** A story in the form in which it is kept beside its recording. */
export type Told = Pick<Story, 'name' | 'told' | 'version' | 'settings' | 'isHeldOut'> & {
  /** Usable slots of clients, or of walsenders if the story is about those. */
  readonly usable: number;
  readonly expected: Omit<Expected, 'culprits'> & { readonly culprits: readonly ToldCulprit[] };
  /** The factor by which the recorded ages are multiplied. */
  readonly scaledFrom?: { readonly recorded: string; readonly factor: number };
};
