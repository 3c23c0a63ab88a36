import * as z from 'zod/mini';
import { duplicateKeys } from '../base/duplicate-keys.ts';
import { type Finding, invalid, quoted } from '../base/errors.ts';
import { findingsOf } from '../base/schema-findings.ts';
import { fieldAt } from './field-at.ts';
import {
  POLICY_DEFAULTS,
  type Policy,
  type PolicyFields,
  type Protect,
  type ReapRule,
  type Threshold,
} from './policy.ts';
import { ageMs } from './policy-age.ts';
import { type PolicyInput, policySchema, thresholdFields } from './policy-schema.ts';
import { writtenLists } from './selection.ts';
import { harmProblems, uselessLines } from './useless-lines.ts';

type ThresholdInput = PolicyInput['relieve']['when'];

function threshold({ usedPercent, freeSlots }: ThresholdInput): Threshold {
  return usedPercent === undefined
    ? { unit: 'freeSlots', value: freeSlots ?? 0 }
    : { unit: 'usedPercent', value: usedPercent };
}

/** Compares fields of any input, so that a fault in one place does not hide a contradiction in another. */
function contradictions(input: unknown): readonly Finding[] {
  const relieve = fieldAt(input, 'relieve');
  const ladder = fieldAt(relieve, 'ladder');
  const reap = fieldAt(input, 'reap');
  const rules = Array.isArray(reap) ? reap : [reap];
  const reapPath = (index: number) => (Array.isArray(reap) ? `reap[${index}]` : 'reap');
  const { when, until } = POLICY_DEFAULTS.relieve;
  return [
    ...thresholdContradictions(fieldAt(relieve, 'when') ?? when, fieldAt(relieve, 'until') ?? until),
    ...(Array.isArray(ladder) ? uselessLines(ladder, (index) => `relieve.ladder[${index}]`) : []),
    ...uselessLines(rules, reapPath),
    ...rules.flatMap((rule, index) => harmProblems(rule, reapPath(index))),
  ];
}

function thresholdContradictions(when: unknown, until: unknown): readonly Finding[] {
  const finding = (allowed: string) => [{ path: 'relieve.until', found: quoted(until), allowed }];
  const [from, to] = [unitOf(when), unitOf(until)];
  if (from === null || to === null) return [];
  if (from !== to) return finding(`the same unit as relieve.when, which is ${from}`);
  const [least, most] = [
    parsedAt(thresholdFields[from], when, from),
    parsedAt(thresholdFields[from], until, from),
  ];
  if (least === null || most === null) return [];
  if (from === 'usedPercent' && most >= least) return finding(`a usedPercent below relieve.when's ${least}`);
  if (from === 'freeSlots' && most < least) return finding(`freeSlots of at least relieve.when's ${least}`);
  return [];
}

/** The unit that the author chose, even when the number or another key is at fault. */
function unitOf(written: unknown): Threshold['unit'] | null {
  const units = (['usedPercent', 'freeSlots'] as const).filter(
    (unit) => fieldAt(written, unit) !== undefined,
  );
  return units.length === 1 ? (units[0] ?? null) : null;
}

/** One field, parsed by its own schema. Null when the field itself is at fault. */
function parsedAt<Value>(schema: z.ZodMiniType<Value>, written: unknown, key: string): Value | null {
  const field = z.safeParse(schema, fieldAt(written, key));
  return field.success ? field.data : null;
}

/** A policy, or all problems of the input. */
export type PolicyOrFindings = { readonly policy: Policy } | { readonly findings: readonly Finding[] };

export function readPolicy(input: unknown): PolicyOrFindings {
  const shape = z.safeParse(policySchema, input);
  const findings = [...(shape.success ? [] : findingsOf(shape.error, input)), ...contradictions(input)];
  return shape.success && findings.length === 0 ? { policy: toPolicy(shape.data) } : { findings };
}

/** Reads a policy from text, as the environment or a file has it. */
export function readPolicyText(text: string): PolicyOrFindings {
  try {
    const read = readPolicy(JSON.parse(text));
    const twice = duplicateKeys(text).map((path) => ({ path, found: 'this key twice', allowed: 'it once' }));
    if (twice.length === 0) return read;
    return { findings: [...('findings' in read ? read.findings : []), ...twice] };
  } catch (thrown) {
    const found = thrown instanceof Error ? thrown.message : 'unreadable text';
    return { findings: [{ path: '(root)', found, allowed: 'one JSON object' }] };
  }
}

function toPolicy({ mode, relieve, reap, limits, include, protect }: PolicyInput): Policy {
  const fields: PolicyFields = {
    mode,
    relieve: {
      when: threshold(relieve.when),
      until: threshold(relieve.until),
      ladder: relieve.ladder.map((rung) => ({ state: rung.state, ...agesOf(rung), ...writtenLists(rung) })),
    },
    reap: Array.isArray(reap) ? reap.map(toRule) : reap && toRule(reap),
    limits,
    include,
    protect: toProtect(protect),
  };
  return fields as Policy;
}

type RuleInput = Exclude<NonNullable<PolicyInput['reap']>, readonly unknown[]>;

function toRule({ state, onlyIf, ...rule }: RuleInput): ReapRule {
  return { ...agesOf(rule), ...(state && { state }), ...(onlyIf && { onlyIf }), ...writtenLists(rule) };
}

function agesOf({ minAge, connectionAge }: Pick<RuleInput, 'minAge' | 'connectionAge'>) {
  return {
    minAgeMs: ageMs(minAge),
    ...(connectionAge !== undefined && { connectionAgeMs: ageMs(connectionAge) }),
  };
}

/** A policy without such lines is the same as before they existed, and has the same hash. */
function toProtect({ youngerThan, between, ...protect }: PolicyInput['protect']): Protect {
  const young = youngerThan.map((line) => ({ ageMs: ageMs(line.age), ...writtenLists(line) }));
  const times = between.map(({ from, to, zone, ...line }) => ({ from, to, zone, ...writtenLists(line) }));
  return {
    ...protect,
    ...(young.length > 0 && { youngerThan: young }),
    ...(times.length > 0 && { between: times }),
  };
}

/**
 * Makes a policy that the rest of the program can trust of any input. @throws RemediationError
 * `policy-invalid` with all problems and their paths.
 */
export function parsePolicy(input: unknown): Policy {
  return orThrow(readPolicy(input));
}

/**
 * @throws RemediationError `policy-invalid` when the text is no JSON, or for the reasons of `parsePolicy`.
 */
export function parsePolicyText(text: string): Policy {
  return orThrow(readPolicyText(text));
}

function orThrow(read: PolicyOrFindings): Policy {
  if ('policy' in read) return read.policy;
  throw invalid('policy-invalid', 'The policy', read.findings);
}
