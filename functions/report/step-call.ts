import type { Problem } from '../core/base/errors.ts';

/** Asks the thread for one step. */
export type StepCall = { readonly id: number; readonly step: string; readonly given: readonly unknown[] };

/** The thread's answer. */
export type StepAnswer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly problem: Problem }
);
