import { REMEDIATE_ENV } from '../../functions/contract.ts';
import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { given } from './omit-undefined.ts';

type Key = keyof typeof REMEDIATE_ENV;
type Values = { readonly [EachKey in Key]?: unknown };

/** The function's variables. What is left out is left to the function's own defaults. */
export function remediateEnvironment(values: Values): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given(values)).map(([key, value]) => [
      REMEDIATE_ENV[key as Key],
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
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
