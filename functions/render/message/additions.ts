import { type KeptBefore, keptBeforeTexts } from './kept-before-text.ts';
import { type LeftOut, leftOutTexts } from './left-out.ts';
import { type Remark, said } from './remark-table.ts';

/** What a report adds to the message about its run. */
export type Additions = {
  /** The parts that are missing in the report. */
  readonly leftOut: readonly LeftOut[];
  /** Said once for each server: the sessions that the old meaning of `keepPerGroup` would have kept. */
  readonly keptBefore: KeptBefore | null;
};

export const NO_ADDITIONS: Additions = { leftOut: [], keptBefore: null };

export function additionRemarks({ leftOut, keptBefore }: Additions): readonly Remark[] {
  return [
    ...said('leftOut', [leftOutTexts(leftOut).join(' ').replaceAll('\n', ' ')]),
    ...said('oldKeepRule', [keptBefore === null ? '' : keptBeforeTexts(keptBefore).join(' ')]),
  ];
}
