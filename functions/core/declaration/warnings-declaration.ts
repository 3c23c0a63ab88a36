import * as z from 'zod/mini';
import { described } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { timeOfDay, zone } from '../policy/policy-fields.ts';
import { DEFAULT_WARNINGS, type WarningSettings } from '../warning/warning-settings.ts';

/** How warnings are declared in cdk.json, in the construct and in the function's environment. */

const WARNINGS =
  '"off", or {"tiers": [75, 85, 95], "quietHours": {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}} with one of the two or both: one to four whole percents of the usable slots from 45 to 99, rising; two times of the day that differ, and the name of a time zone';
const TIERS = 'one to four whole percents of the usable slots from 45 to 99, rising';
const tiers = z
  .array(z.int({ error: TIERS }).check(z.gte(45, { error: TIERS }), z.lte(99, { error: TIERS })), {
    error: TIERS,
  })
  .check(
    z.minLength(1, { error: TIERS }),
    z.maxLength(4, { error: TIERS }),
    z.refine((all) => all.every((tier, index) => index === 0 || tier > (all[index - 1] ?? 0)), {
      error: TIERS,
    }),
  );

const QUIET = 'two times of the day that differ, and the zone of the clocks that show them';
const quietHours = strictObject({ from: timeOfDay, to: timeOfDay, zone }).check(
  z.refine(({ from, to }) => from !== to, { error: QUIET }),
);

const settings = () =>
  strictObject({
    tiers: z.optional(described(tiers, TIERS)),
    quietHours: z.optional(described(quietHours, QUIET)),
  });

export const warningsDeclaration = () =>
  described(z.union([z.literal('off'), settings()], { error: WARNINGS }), WARNINGS);
export type WarningsDeclaration = z.infer<ReturnType<typeof warningsDeclaration>>;

/** What the variable of the function may say: `off`, or the settings as JSON. Without it the defaults hold. */
export const warningsText = () =>
  z._default(
    z.pipe(
      z.string({ error: WARNINGS }),
      z.pipe(
        z.pipe(z.transform(parsedText), warningsDeclaration()),
        z.transform((declared): WarningSettings | null =>
          declared === 'off'
            ? null
            : {
                tiers: declared.tiers ?? DEFAULT_WARNINGS.tiers,
                quietHours: declared.quietHours ?? DEFAULT_WARNINGS.quietHours,
              },
        ),
      ),
    ),
    DEFAULT_WARNINGS,
  );

function parsedText(text: string): unknown {
  if (text === 'off') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
