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

/** What really happened, and what therefore must be said. */
export type Truth = {
  /** Any of them is right. */
  readonly causes: readonly Cause[];
  /** Any of them may be named first, with `*` for any text; null where no program is to be named. */
  readonly culprits: readonly { readonly user: string; readonly application?: string }[] | null;
  /** Sessions an hour that it really opened and kept, if it did so steadily. */
  readonly perHour?: number;
  /** Nothing in the picture tells it from another cause: then `unclear` is right as well. */
  readonly lacksEvidence?: true;
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
  /**
   * How many times slower it is played, on the server's clock. Each pace is a recording of its own. Default: as fast as it
   * is written.
   */
  readonly paces?: readonly number[];
  /** How long the server has run when it begins, in milliseconds; none by default. */
  readonly uptimeMs?: number;
  readonly policy?: object;
  /** Whether records tell the shape of statements; default: they do. */
  readonly statements?: 'off' | 'shape';
  /** How clients log in. Thousands of logins are faster without a password. */
  readonly authentication?: 'scram' | 'trust';
  /** Default: what `expected` says. */
  readonly truth?: Truth;
  /** The whole diagnosis, where all of it is known; rates are those at pace 1. */
  readonly expected?: Expected;
  /** The rules were not tuned on it. */
  readonly isHeldOut?: boolean;
  readonly play: (scene: Scene) => Promise<void>;
};

export type ToldCulprit = Omit<ExpectedCulprit, 'sessions'> & { readonly sessions: number };

/** A story in the form in which it is kept beside its recording. */
export type Told = Pick<Story, 'name' | 'told' | 'version' | 'settings' | 'isHeldOut'> & {
  /** Usable slots of clients, or of walsenders if the story is about those. */
  readonly usable: number;
  readonly truth?: Truth;
  readonly expected?: Omit<Expected, 'culprits'> & { readonly culprits: readonly ToldCulprit[] };
  /** The story that was played, and how many times slower than it is written. */
  readonly played?: { readonly story: string; readonly pace: number };
};

export function truthOf({ truth, expected }: Pick<Told, 'truth' | 'expected'>): Truth {
  if (truth !== undefined) return truth;
  const culprits = expected?.culprits ?? [];
  const [first] = culprits;
  return {
    causes: expected === undefined ? [] : [expected.cause],
    culprits: first === undefined ? null : [{ user: first.user, application: first.application }],
    ...(first?.perHour !== undefined && { perHour: first.perHour }),
  };
}
