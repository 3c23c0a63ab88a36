import { type LadderPlace, ladderRows } from './ladder.ts';
import type { SeenCell } from './seen-cell.ts';

/** A cell for programs. Keys are only added. */
export function cellDocument(view: SeenCell) {
  const { region, account, places, people, organisation, proof, policies, state, unreadable } = view;
  const rows = ladderRows(places.filter(({ aside }) => aside === null));
  return {
    region,
    account,
    ladder: rows.map(({ step, reached, waiting }) => ({
      step,
      reached,
      waiting: waiting.map(({ seen }) => seen.database.key),
    })),
    switches: { cell: people, organisation },
    proof,
    policies: policies.map(({ name, hash, problem }) => ({ name, hash, problem })),
    away: { api: state.apiAwaySince, bucket: state.bucketAwaySince },
    unreadable,
    databases: places.map(placeDocument),
  };
}

export function placeDocument({ seen, aside, reached, next, lacking }: LadderPlace) {
  const { database, mode, attention } = seen;
  const { key, name, arn, engine, engineVersion, host, port, tag, policy, owner, rung, standing } = database;
  return {
    ...{ key, name, arn, engine, engineVersion, host, port, tag, policy, owner, standing, rung },
    mode: mode.mode,
    maySignal: mode.maySignal,
    limits: mode.limits,
    attention,
    aside,
    reached,
    next,
    lacking,
  };
}
