import * as z from 'zod/mini';
import {
  ALL_SETTINGS,
  type PropertyOf,
  type ReadKey,
  type SERVER_SETTINGS,
  type VariableKey,
} from './server-settings.ts';

type Settings = typeof SERVER_SETTINGS;

/**
 * The variables of the `remediate` function by the names of their settings. There is one such function for
 * each server.
 */
export const REMEDIATE_ENV = Object.fromEntries(
  ALL_SETTINGS.flatMap(([key, { property = key, variable }]) =>
    variable === undefined ? [] : [[property, variable]],
  ),
) as { readonly [Key in VariableKey as PropertyOf<Key>]: Settings[Key]['variable'] };

type VariableSchemas = {
  readonly [Key in ReadKey as Settings[Key]['variable']]: ReturnType<Settings[Key]['read']>;
};

/**
 * The schema of the function's environment without the pooler. Its fields have the names of the variables.
 */
export function variablesSchema() {
  const fields = ALL_SETTINGS.flatMap(([, { variable, read }]) =>
    variable === undefined || read === undefined ? [] : [[variable, read()]],
  );
  return z.object(Object.fromEntries(fields) as VariableSchemas);
}

/** The values of the variables, by the names of their settings. */
export type VariableValues = {
  readonly [Key in ReadKey as PropertyOf<Key>]: z.output<ReturnType<Settings[Key]['read']>>;
};

export function valuesOf(read: z.output<ReturnType<typeof variablesSchema>>): VariableValues {
  const values = Object.entries(REMEDIATE_ENV).map(([name, variable]) => [name, Reflect.get(read, variable)]);
  return Object.fromEntries(values) as VariableValues;
}
