import * as z from 'zod/mini';
import { type Finding, invalid, quoted } from '../base/errors.ts';
import { findingsOf } from '../base/schema-findings.ts';
import {
  MIN_AGE_MS,
  POLICY_DEFAULTS,
  type Policy,
  type PolicyFields,
  type Rung,
  type Threshold,
} from './policy.ts';
import { type PolicyInput, policySchema, rungFields, thresholdFields } from './policy-schema.ts';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function ageMs(text: string): number {
  const unit = text.slice(-1) as keyof typeof UNIT_MS;
  return Number(text.slice(0, -1)) * UNIT_MS[unit];
}

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
  const { when, until } = POLICY_DEFAULTS.relieve;
  return [
    ...thresholdContradictions(fieldAt(relieve, 'when') ?? when, fieldAt(relieve, 'until') ?? until),
    ...(Array.isArray(ladder) ? ladderContradictions(ladder) : []),
    ...tooYoung('reap.minAge', fieldAt(fieldAt(input, 'reap'), 'minAge')),
  ];
}

function fieldAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
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

function ladderContradictions(ladder: readonly unknown[]): readonly Finding[] {
  const lowest = new Map<string, string>();
  return ladder.flatMap((rung, index) => {
    const [state, minAge] = [
      parsedAt(rungFields.state, rung, 'state'),
      parsedAt(rungFields.minAge, rung, 'minAge'),
    ];
    const path = `relieve.ladder[${index}].minAge`;
    const young = tooYoung(path, fieldAt(rung, 'minAge'));
    if (state === null || minAge === null) return young;
    const before = lowest.get(state);
    if (before === undefined || ageMs(minAge) < ageMs(before)) lowest.set(state, minAge);
    if (before === undefined || ageMs(minAge) < ageMs(before)) return young;
    const allowed = `an age below the ${before} of an earlier rung of state "${state}". Otherwise this rung adds no session`;
    return [...young, { path, found: quoted(minAge), allowed }];
  });
}

function tooYoung(path: string, minAge: unknown): readonly Finding[] {
  const parsed = z.safeParse(rungFields.minAge, minAge);
  if (!parsed.success || ageMs(parsed.data) >= MIN_AGE_MS) return [];
  const allowed = 'an age of at least 10s: a younger idle session may be between two statements';
  return [{ path, found: quoted(minAge), allowed }];
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
    return readPolicy(JSON.parse(text));
  } catch (thrown) {
    const found = thrown instanceof Error ? thrown.message : 'unreadable text';
    return { findings: [{ path: '(root)', found, allowed: 'one JSON object' }] };
  }
}

function toPolicy({ mode, relieve, reap, limits, include, protect }: PolicyInput): Policy {
  const ladder: readonly Rung[] = relieve.ladder.map(({ state, minAge }) => ({
    state,
    minAgeMs: ageMs(minAge),
  }));
  const fields: PolicyFields = {
    mode,
    relieve: { when: threshold(relieve.when), until: threshold(relieve.until), ladder },
    reap: reap === null ? null : { minAgeMs: ageMs(reap.minAge) },
    limits,
    include,
    protect,
  };
  return fields as Policy;
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
