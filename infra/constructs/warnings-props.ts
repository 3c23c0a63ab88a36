/** When people are warned before a server is full. */
export interface WarningsProps {
  /**
   * One to four whole percents of the usable slots from 45 to 99, rising.
   *
   * @default [75, 85, 95]
   */
  readonly tiers?: number[] | undefined;
  /**
   * When a warning waits: from the first time on and before the second, as clocks in the zone show them. A warning never
   * waits past the time at which the server will be full, nor at 95 %.
   *
   * @default - none
   */
  readonly quietHours?: QuietHoursProps | undefined;
}

/** Times of the day, such as `22:00`, and the name of a zone, such as `Europe/Berlin`. */
export interface QuietHoursProps {
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}
