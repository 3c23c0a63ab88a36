import type { Story } from '../story.ts';
import { HELD_OUT } from './held-out.ts';
import { IDLE_POOLS, LEFT_TRANSACTIONS } from './idle.ts';
import { LEAKS } from './leaks.ts';
import { LIMITS, LOCKS } from './locks-and-limits.ts';
import { MIXTURES, UNCLEAR } from './mixtures.ts';
import { NETWORK } from './network.ts';
import { POOLERS } from './poolers.ts';
import { QUICK } from './quick.ts';
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
];
