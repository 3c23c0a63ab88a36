/** What a GaussDB has that another lacks. */
export type Traits = {
  /** openGauss and GaussDB, whose sessions may share threads; not GaussDB(DWS). */
  readonly hasSessionIds: boolean;
  /** Whether it can tell of coordinators, as a distributed one. */
  readonly hasCoordinators: boolean;
};
