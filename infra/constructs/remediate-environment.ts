import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { ALL_SETTINGS, type SettingKey } from '../../functions/core/declaration/server-settings.ts';
import { omitUndefined } from './omit-undefined.ts';

/** A server as it is written, valid or not. The keys are those of a declaration. */
export type ServerFields = Readonly<Record<string, unknown>>;

/**
 * The function's variables. Settings that are left out get the function's own defaults. Only the policy is always there.
 */
export function remediateEnvironment(server: ServerFields): Readonly<Record<string, string>> {
  const written: { readonly [Key in SettingKey]?: unknown } = { policy: {}, ...omitUndefined(server) };
  return Object.fromEntries(
    ALL_SETTINGS.flatMap(([key, { variable }]) =>
      variable === undefined || written[key] === undefined ? [] : [[variable, variableText(written[key])]],
    ),
  );
}

function variableText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Lambda's limit for all variables of a function together, measured as the JSON text of their object. */
const MOST_BYTES = 4096;
/**
 * Room for the memory table's name and for the ARN of a secret in another stack, which are known only at deployment.
 */
const KEPT_FREE = 320;

/** Whether all variables together are too long. Then the policy is the cause: everything else is short. */
export function environmentProblems(variables: Readonly<Record<string, string>>): readonly Finding[] {
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  const most = MOST_BYTES - KEPT_FREE;
  if (bytes <= most) return [];
  const size = Buffer.byteLength(variables[REMEDIATE_ENV.policy] ?? '');
  const allowed = `at most ${most} bytes of JSON for all variables of the function (Lambda takes ${MOST_BYTES}): shorten the lists of the policy with "*"`;
  return [{ path: 'policy', found: quoted(`${size} bytes, with all variables ${bytes}`), allowed }];
}
