import type { Role, TestServer } from '../support/postgres-server.ts';
import type { OnCall } from './on-call-reads.ts';

/** An incident that has been shown. */
export type Shown = {
  readonly isTrue: boolean;
  readonly server: TestServer;
  /** The role of the functions. */
  readonly ours: Role;
  readonly onCall: OnCall;
};
