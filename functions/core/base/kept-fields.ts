import * as z from 'zod/mini';
import type { ErrorCode } from './errors.ts';
import { describe, described } from './schema-fields.ts';

/**
 * Fields of a kept record. Objects keep unknown keys, because a later version may add some, and a record must
 * not be refused for that. Known keys must have the form that is given here. Types have the known keys only.
 */
export function fields<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodMiniObject<Shape> {
  const error = `an object with ${Object.keys(shape).join(', ')}`;
  return z.looseObject(shape, { error }) as unknown as z.ZodMiniObject<Shape>;
}

export const text = z.string({ error: 'a text' });
export const textOrNull = z.nullable(text);
export const flag = z.boolean({ error: 'true or false' });

const COUNT = 'a whole number from 0 on';
export const count = z.int({ error: COUNT }).check(z.gte(0, { error: COUNT }));
export const number = z.int({ error: 'a whole number' });
export const pid = z.int({ error: "a process's number" });
/** Milliseconds. Steps of a run may have fractions. */
export const milliseconds = z.number({ error: 'milliseconds' });
export const millisecondsOrNull = z.nullable(milliseconds);

export function enumOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: words.map((each) => `"${each}"`).join(' or ') });
}

export function list<Entry extends z.ZodMiniType>(entry: Entry) {
  return z.array(entry, { error: 'a list' });
}

/**
 * A word of which only its own version knows all values. Other versions pass unknown words on and print them
 * as they are.
 */
export function known<Word extends string>() {
  return z.pipe(
    text,
    z.transform((text) => text as Word),
  );
}

export const problemSchema = fields({
  code: describe('Scripts may branch on it.', known<ErrorCode>()),
  message: describe('A sentence for people.', text),
});

type Obligatory<Shape> = {
  [Key in keyof Shape]: Shape[Key] extends z.ZodMiniDefault<infer Inner> ? Inner : Shape[Key];
};

/** Fields of a snapshot file that a record always has, even where a file may leave them out. */
export function obligatory<Shape extends z.core.$ZodShape>(shape: Shape): Obligatory<Shape> {
  const all = Object.entries(shape).map(([key, schema]) => [key, withoutDefault(schema)]);
  return Object.fromEntries(all) as Obligatory<Shape>;
}

function withoutDefault(schema: z.core.$ZodType): z.core.$ZodType {
  if (!(schema instanceof z.ZodMiniDefault)) return schema;
  return described(schema.def.innerType, z.globalRegistry.get(schema)?.description ?? '');
}

/** The value with the defaults of what it lacks. It is not checked, and entries of lists stay as they are. */
export function withDefaults(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodMiniDefault && value === undefined) return schema.def.defaultValue;
  if (
    schema instanceof z.ZodMiniDefault ||
    schema instanceof z.ZodMiniNullable ||
    schema instanceof z.ZodMiniOptional
  )
    return withDefaults(schema.def.innerType, value);
  if (!(schema instanceof z.ZodMiniObject) || typeof value !== 'object' || value === null) return value;
  const whole: Record<string, unknown> = { ...value };
  for (const [key, field] of Object.entries(schema.shape)) {
    const known = withDefaults(field, whole[key]);
    if (known !== undefined) whole[key] = known;
  }
  return whole;
}
