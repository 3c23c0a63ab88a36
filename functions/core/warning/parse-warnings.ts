import * as z from 'zod/mini';
import { isZone, minuteOf } from '../base/wall-clock.ts';
import { DEFAULT_WARNINGS, type WarningSettings } from './warning-settings.ts';

/** What a run hands on about warnings: its server's settings, and the host by which RDS knows the server. */
export type WarningOrder = WarningSettings & { readonly rdsHost: string | null };

const time = z.string().check(z.refine((text) => minuteOf(text) !== null));
const order = z.object({
  tiers: z.array(z.int().check(z.gte(1), z.lte(100))).check(z.minLength(1)),
  quietHours: z.nullable(z.object({ from: time, to: time, zone: z.string().check(z.refine(isZone)) })),
  rdsHost: z.nullable(z.string()),
});

/**
 * The order in the result of a run. Null where people are not to be warned. What is missing or not understood, as in
 * results of older functions, is the default.
 */
export function parseWarnings(given: unknown): WarningOrder | null {
  if (given === null) return null;
  const parsed = z.safeParse(order, given);
  return parsed.success ? parsed.data : { ...DEFAULT_WARNINGS, rdsHost: null };
}
