import { inUse } from '../../core/diagnosis/causes/busy-sessions.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import type { PageFacts } from './page-facts.ts';

/** What the pools of one program on one host hold, and how much of it they use. */
export type PoolUse = {
  readonly address: string;
  readonly group: Group;
  readonly held: number;
  readonly used: number;
};

/** The pools of the blamed programs by host, the largest first. */
export function poolsOf({ evidence, blame, record }: PageFacts): readonly PoolUse[] {
  if (evidence === null) return [];
  const nameOf = programNames(record.snapshot);
  const blamed = evidence.holders.filter(({ session }) => blame.isBlamed(session));
  return [
    ...Map.groupBy(blamed, ({ session }) => `${session.address}\n${groupText(nameOf(session))}`).values(),
  ]
    .flatMap((those) => {
      const [first] = those;
      if (first === undefined) return [];
      const { session } = first;
      return [
        { address: session.address, group: nameOf(session), held: those.length, used: inUse(those).length },
      ];
    })
    .toSorted((a, b) => b.held - a.held);
}
