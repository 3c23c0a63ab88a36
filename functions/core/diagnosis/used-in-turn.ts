import { medianOf } from '../base/median.ts';
import { type SessionEvidence, sumOf } from './evidence.ts';
import { byPool, prepares } from './pool-signs.ts';

const FEWEST = 4;
/** A request hardly takes longer than this. */
const LONG_USE_MS = 10_000;
const OF_TURN = 0.25;
/**
 * The least correlation of uses and turns, a lower one where uses are long, and the fewest sessions in which it is not chance.
 */
const ALIKE = { least: 0.6, ofLong: 0.3, fewest: 12 } as const;

/**
 * A pool that lends the last returned connection first uses its newest connection until it opens another: the longer it is
 * the newest, the longer it is used. A leaked session is used for one request only, however long the time until the next
 * request.
 */
export function isUsedInTurn(members: readonly SessionEvidence[]): boolean {
  const turns = byPool(members).flatMap(turnsOf);
  const ofTurn = medianOf(turns.map(({ usedMs, turnMs }) => usedMs / turnMs)) ?? 0;
  if (turns.length < FEWEST || ofTurn < OF_TURN || ofTurn > 1) return false;
  const isLong = (medianOf(turns.map(({ usedMs }) => usedMs)) ?? 0) >= LONG_USE_MS;
  if (turns.length < ALIKE.fewest) return isLong;
  return correlationOf(turns) >= (isLong ? ALIKE.ofLong : ALIKE.least);
}

type Turn = { readonly usedMs: number; readonly turnMs: number };

/** How well uses and turns go together by their logarithms: 1 if always, about 0 by chance. */
function correlationOf(turns: readonly Turn[]): number {
  const mean = (of: (turn: Turn) => number) => sumOf(turns, of) / turns.length;
  const use = ({ usedMs }: Turn) => Math.log1p(usedMs);
  const length = ({ turnMs }: Turn) => Math.log1p(turnMs);
  const [meanUse, meanLength] = [mean(use), mean(length)];
  const product = mean((turn) => (use(turn) - meanUse) * (length(turn) - meanLength));
  const spread = Math.sqrt(
    mean((turn) => (use(turn) - meanUse) ** 2) * mean((turn) => (length(turn) - meanLength) ** 2),
  );
  return spread > 0 ? product / spread : 0;
}

/** How long each session was used, and how long it was the newest one of its pool. */
function turnsOf(pool: readonly SessionEvidence[]): readonly Turn[] {
  const order = pool.toSorted((a, b) => (b.openedMs ?? 0) - (a.openedMs ?? 0));
  return order.flatMap((member, at) => {
    const next = order[at + 1]?.openedMs ?? null;
    const { openedMs, sinceMs } = member;
    if (next === null || openedMs === null || sinceMs === null || openedMs <= next) return [];
    return prepares(member) === true ? [] : [{ usedMs: openedMs - sinceMs, turnMs: openedMs - next }];
  });
}
