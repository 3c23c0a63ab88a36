import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { planSchema } from './plan-schema.ts';

/** What a run plans. Its schema explains the fields. */
export type Plan = ReadOnly<z.output<typeof planSchema>>;
export type Verdict = Plan['verdict'];
export type LimitCut = Plan['limits'][number];

/** A session that was chosen, and why. */
export type Victim = Plan['victims'][number];
export type VictimReason = Victim['reason'];

/** A session that stays, and why. */
export type Spared = Plan['spared'][number];
export type SparedReason = Spared['reason'];
/** A reason to stay, and what exactly applied, for people. */
export type Protection = Omit<Spared, 'session'>;
