import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { ALL_SETTINGS, type SettingKey } from '../../functions/core/declaration/server-settings.ts';
import { omitUndefined } from './omit-undefined.ts';

/** A server as it is written, whatever it is: the keys are those of a declaration. */
export type ServerFields = Readonly<Record<string, unknown>>;

/** The function's variables. What is left out is left to the function's own defaults, but for the policy, which it must have. */
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
/** The memory table's name, and a secret's ARN in somebody's own stack, are known only when deployed. */
const KEPT_FREE = 320;

/** Too much policy is what it comes to: everything else is short. */
export function environmentProblems(variables: Readonly<Record<string, string>>): readonly Finding[] {
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  const most = MOST_BYTES - KEPT_FREE;
  if (bytes <= most) return [];
  const size = Buffer.byteLength(variables[REMEDIATE_ENV.policy] ?? '');
  const allowed = `what makes the function's variables at most ${most} bytes of JSON, of which Lambda takes ${MOST_BYTES}: shorten its lists with "*"`;
  return [{ path: 'policy', found: quoted(`${size} bytes, with all variables ${bytes}`), allowed }];
}
