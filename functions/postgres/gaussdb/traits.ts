/** Features that differ between GaussDB products. */
export type Traits = {
  /** True for openGauss and GaussDB, whose sessions may share threads; false for GaussDB(DWS). */
  readonly hasSessionIds: boolean;
  /** Whether it is distributed and shows its coordinators. */
  readonly hasCoordinators: boolean;
};
