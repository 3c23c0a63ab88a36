import type { Story } from '../story.ts';
import { HELD_OUT } from './held-out.ts';
import { IDLE_POOLS, LEFT_TRANSACTIONS } from './idle.ts';
import { LEAKS } from './leaks.ts';
import { LIMITS, LOCKS } from './locks-and-limits.ts';
import { MIXTURES, UNCLEAR } from './mixtures.ts';
import { NETWORK } from './network.ts';
import { OTHER_TEAMS_LEAKS } from './other-teams/leaks.ts';
import { OTHER_TEAMS_POOLS } from './other-teams/pools.ts';
import { OTHER_TEAMS_QUEUES } from './other-teams/queues.ts';
import { OTHER_TEAMS_WORK } from './other-teams/work.ts';
import { POOLERS } from './poolers.ts';
import { QUICK } from './quick.ts';
import { HELD_UP } from './slow/held-up.ts';
import { HIKARI_POOLS } from './slow/hikari-pools.ts';
import { SLOW_LEAKS } from './slow/leaks.ts';
import { SLOW_LIMITS } from './slow/limits.ts';
import { OTHER_POOLS } from './slow/other-pools.ts';
import { REAL_POOLS } from './slow/real-pools.ts';
import { RESTING_POOLS } from './slow/resting-pools.ts';
import { ROTATING_POOLS } from './slow/rotating-pools.ts';
import { SLOW_SPECIAL } from './slow/special.ts';
import { SLOW_WORK } from './slow/work.ts';
import { TOOLS } from './tools.ts';
import { UNFINISHED } from './unfinished.ts';
import { WORK } from './work.ts';

export const STORIES: readonly Story[] = [
  ...LEAKS,
  ...IDLE_POOLS,
  ...LEFT_TRANSACTIONS,
  ...WORK,
  ...UNFINISHED,
  ...LOCKS,
  ...LIMITS,
  ...TOOLS,
  ...NETWORK,
  ...POOLERS,
  ...MIXTURES,
  ...UNCLEAR,
  ...HELD_OUT,
  ...QUICK,
  ...HIKARI_POOLS,
  ...ROTATING_POOLS,
  ...RESTING_POOLS,
  ...REAL_POOLS,
  ...OTHER_POOLS,
  ...SLOW_LEAKS,
  ...SLOW_SPECIAL,
  ...SLOW_WORK,
  ...HELD_UP,
  ...SLOW_LIMITS,
  ...OTHER_TEAMS_POOLS,
  ...OTHER_TEAMS_LEAKS,
  ...OTHER_TEAMS_QUEUES,
  ...OTHER_TEAMS_WORK,
];
