/**
 * Raised whenever the same snapshot, policy and trigger may give another plan than before. A record carries it, so that a
 * difference in a replay is known to come from the policy and not from the code. Records before it have none.
 */
export const PLANNER_VERSION = 3;
