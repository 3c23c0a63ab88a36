import type { RunFacts } from '../core/fleet/found-in-run.ts';
import type { RunResult } from '../core/run/codec/run-result.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import type { RegistryRow } from './dispatch-ports.ts';
import type { ResolvedRun, RunRows } from './resolve-run.ts';

/** The result of a run that is not quiet, on its way to `report`. */
export type Parcel = {
  readonly key: string;
  readonly run: string;
  readonly result: RunResult;
  readonly facts: RunFacts;
};

/** What a run of a fleet needs from outside, besides what `remediate` needs. */
export type FleetRunPorts = {
  /** Reads everything consistently in one request. Rejects with `registry-unreadable` or `memory-unreadable`. */
  readonly readRun: (key: string, policy: string) => Promise<RunRows>;
  /** Reads one policy more. Rejects with `registry-unreadable`. */
  readonly readPolicy: (name: string) => Promise<RegistryRow | null>;
  /** The ports with the server of the run, and with the role as which it logs in. */
  readonly portsOf: (run: ResolvedRun) => RemediatePorts;
  /** Rejects with `registry-unwritable`. */
  readonly post: (parcel: Parcel) => Promise<void>;
  readonly now: RemediatePorts['now'];
  readonly log: RemediatePorts['log'];
};
