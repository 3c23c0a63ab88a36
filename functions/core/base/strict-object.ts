import * as z from 'zod/mini';

/**
 * An object schema that rejects unknown keys. Otherwise a misspelt option would silently mean its default.
 */
export function strictObject<Shape extends z.core.$ZodShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `no such key: the keys here are ${keys}` : `an object with ${keys}`,
  });
}
