import type * as z from 'zod/mini';
import { type Finding, quoted } from './errors.ts';

/** A path as JavaScript writes it: `relieve.ladder[2].minAge`. The document itself is `(root)`. */
export function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(root)';
  return path.map((step, index) => stepText(step, index === 0)).join('');
}

function stepText(step: PropertyKey, isFirst: boolean): string {
  if (typeof step === 'string' && /^[\w$-]+$/.test(step)) return isFirst ? step : `.${step}`;
  return `[${typeof step === 'string' ? quoted(step) : String(step)}]`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}

/**
 * The issues of a schema as findings, without repetitions. The error text of our schemas says what is
 * allowed.
 */
export function findingsOf(error: z.core.$ZodError, input: unknown): readonly Finding[] {
  const findings = error.issues.flatMap(meantIssues).flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => ({
      path: pathText(path),
      found: quoted(valueAt(input, path)),
      allowed: issue.message,
    }));
  });
  return [
    ...new Map(
      findings.map((finding) => [JSON.stringify([finding.path, finding.allowed]), finding]),
    ).values(),
  ];
}

/**
 * A value with several forms fails in each of them. The form that was meant is the one of its kind, an object or a
 * list, in which only parts are wrong. Where no form is of its kind, or one form is a word, the issue says what the forms
 * are.
 */
function meantIssues(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const isAtRoot = ({ path, code }: z.core.$ZodIssue) => path.length === 0 && code === 'invalid_value';
  if (issue.errors.some((issues) => issues.some(isAtRoot))) return [issue];
  const meant = issue.errors.find((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code !== 'invalid_type'),
  );
  return (
    meant?.flatMap((part) =>
      meantIssues({ ...part, path: [...issue.path, ...part.path] } as z.core.$ZodIssue),
    ) ?? [issue]
  );
}
