import type { EnvironmentFiles } from './compose-workloads.ts';

/** A file and the documents in it, of which a YAML file may have several. */
export type BudgetFile = {
  readonly file: string;
  readonly documents: readonly unknown[];
  /** What `env_file`s of a compose file hold. */
  readonly environments?: EnvironmentFiles;
};
