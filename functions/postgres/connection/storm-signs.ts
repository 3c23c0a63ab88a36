import type { Obstacle } from './connect-problem.ts';

/** After the refusal of a login the server needs this time, at most, to free its slot. */
const FREED_MS = 50;

/** `obstacle` is why it was refused; null if it ended otherwise. */
type EndedTry = { readonly from: number; readonly to: number; readonly obstacle: Obstacle | null };

/** What the tries of one connect show about other clients. */
export type StormSigns = {
  /** A try begins. The result is called once, at its end. */
  readonly begin: () => (obstacle: Obstacle | null) => void;
  readonly isStormed: () => boolean;
};

export function stormSigns(now: () => number = () => performance.now()): StormSigns {
  const open = new Map<object, number>();
  const ended: EndedTry[] = [];
  return {
    begin: () => {
      const [key, from] = [{}, now()];
      open.set(key, from);
      return (obstacle) => {
        open.delete(key);
        ended.push({ from, to: now(), obstacle });
      };
    },
    isStormed: () => isStormed(ended, Math.min(...open.values())),
  };
}

/**
 * In a storm most tries find no slot at the beginning of their login, and others too few free ones at its end. Where
 * sessions have the slots and no client storms, a try of ours may have the last slot meanwhile, so that others of ours find
 * none. Those do not count, nor do those beside a try that has not ended yet.
 */
function isStormed(tries: readonly EndedTry[], openSince: number): boolean {
  const tooFew = tries.filter(({ obstacle }) => obstacle === 'reserved-left');
  const isOurs = (each: EndedTry) =>
    tooFew.some(({ from, to }) => from <= each.to && each.from <= to + FREED_MS);
  const noSlot = tries.filter((each) => each.obstacle === 'all' && each.to < openSince && !isOurs(each));
  return tooFew.length > 0 && noSlot.length > tooFew.length;
}
