import type { Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import type { Judgement } from '../incidents/judgement.ts';
import type { Draft, Kind, Truth } from './drawing.ts';
import { CROWDS } from './kinds/crowds.ts';
import { LEAKS } from './kinds/leaks.ts';
import { LIMITS } from './kinds/limits.ts';
import { OTHERS } from './kinds/others.ts';
import { POOLS } from './kinds/pools.ts';
import { SPECIAL_POOLS } from './kinds/special-pools.ts';
import { WORK } from './kinds/work.ts';
import { Random } from './random.ts';
import { recordOfScene } from './record-of-scene.ts';

export const KINDS: readonly Kind[] = [
  ...LEAKS,
  ...POOLS,
  ...SPECIAL_POOLS,
  ...WORK,
  ...CROWDS,
  ...LIMITS,
  ...OTHERS,
];

export type Judged = {
  readonly seed: number;
  readonly judgement: Judgement;
  readonly diagnosis: Diagnosis | null;
  /** How far the rate is from the true one, as a share of it; null where there is none to give. */
  readonly rateError: number | null;
};

const RATE_TOLERANCE = 0.2;

/** The drawings of a kind are the same on every machine and in every run: seeds were fixed before the rules were changed. */
export function drawn(kind: Kind, seed: number): Draft {
  return kind.draw(new Random(hash(kind.name) + seed));
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => Math.imul(sum, 31) + character.charCodeAt(0), 7) * 1_000;
}

export function judgeDrawing(kind: Kind, seed: number): Judged {
  const { scene, truth } = drawn(kind, seed);
  const diagnosis = diagnose(recordOfScene(scene));
  return {
    seed,
    judgement: judgementOf(diagnosis, truth),
    diagnosis,
    rateError: rateError(diagnosis, truth),
  };
}

function judgementOf(diagnosis: Diagnosis | null, { causes, culprit, lacksEvidence }: Truth): Judgement {
  const cause = diagnosis?.cause ?? 'unclear';
  if (cause === 'unclear') return causes.includes('unclear') || lacksEvidence ? 'right' : 'unclear';
  if (!causes.includes(cause)) return 'wrong';
  if (culprit === null) return 'right';
  const [first] = diagnosis?.culprits ?? [];
  return first !== undefined && culprit(first.usage.group) ? 'right' : 'wrong';
}

function rateError(diagnosis: Diagnosis | null, { perHour, causes }: Truth): number | null {
  if (perHour === undefined || diagnosis === null || !causes.includes(diagnosis.cause)) return null;
  const rate = diagnosis.culprits[0]?.opening?.perHour;
  return rate === undefined ? Number.POSITIVE_INFINITY : Math.abs(rate / perHour - 1);
}

export type Figures = {
  readonly kind: Kind;
  readonly drawings: number;
  readonly right: number;
  readonly wrong: number;
  readonly unclear: number;
  /** Of the rates that were due, how many were within a fifth. */
  readonly rates: { readonly due: number; readonly near: number };
};

export function figuresOf(kind: Kind, count: number): Figures {
  const all = Array.from({ length: count }, (_, seed) => judgeDrawing(kind, seed));
  const of = (judgement: Judgement) => all.filter((each) => each.judgement === judgement).length;
  const rates = all.flatMap(({ rateError: error }) => error ?? []);
  const near = rates.filter((error) => error <= RATE_TOLERANCE).length;
  return {
    kind,
    drawings: count,
    right: of('right'),
    wrong: of('wrong'),
    unclear: of('unclear'),
    rates: { due: rates.length, near },
  };
}
