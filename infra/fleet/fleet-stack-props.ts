import type { StackProps } from 'aws-cdk-lib';

/** The properties of a fleet's stacks. */
export interface FleetStackProps extends StackProps {
  /**
   * The folder of a built bundle, by its path in the project.
   *
   * @default - what the build leaves in this project
   */
  readonly bundleAt?: (path: string) => string;
}

/** Minutes between two times that the dispatcher looks. */
export const PERIOD_MINUTES = 5;
