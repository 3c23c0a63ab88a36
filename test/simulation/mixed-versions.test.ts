import { expect, test } from 'vitest';
import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import type { RegistryItem } from '../../functions/core/fleet/registry-item.ts';
import { cellOf } from '../../functions/fleet/cell-of.ts';
import { dispatch } from '../../functions/fleet/dispatch.ts';
import { PROOF_TEXT } from '../support/fleet.ts';
import { forgetProof, proveCell } from './happenings.ts';
import { violationsOf } from './simulate-cell.ts';
import { HOUR, MINUTE, PERIOD_MS } from './simulated-cell.ts';
import type { Stage } from './stage.ts';
import { ACCEPTED_AT, keyOfTroubled, TROUBLED_START, troubledCell } from './troubled-cell.ts';

/** Words of the next version. What they mean is not known to this one. */
const NEXT_WORDS: Readonly<Record<string, object>> = {
  leak: { tag: 'enforce-gently' },
  alarm: { standing: 'drains' },
  calm: { kind: 'shard', rung: 'stream' },
};
const isOfNext = (item: string | undefined) => item?.includes('"colour":"blue"') === true;
const hasNextWord = (item: string | undefined) => item !== undefined && /enforce-gently|drains/.test(item);

/** As the next version writes an item: with a field more for all, and with a new word for some. */
function ofNext(item: RegistryItem): RegistryItem {
  return Object.assign({ ...item, version: 2 }, { colour: 'blue' }, NEXT_WORDS[item.name]);
}

/** As the version before wrote it, which knew less. */
function ofPrevious(item: RegistryItem): RegistryItem {
  const { version, source, iamTooSmall, minimumCapacity, rungWhy, declaredAs, goneSince, owner, ...known } =
    item;
  return known as RegistryItem;
}

/** Three versions of the dispatcher take turns. Each leaves all items as it writes them, and runs begin after that. */
const inTurns: typeof dispatch = async (at, settings, ports) => {
  await dispatch(at, settings, ports);
  const turn = Math.round(at / PERIOD_MS) % 3;
  if (turn === 0) return;
  const { databases } = cellOf(await ports.readRegistry(), ports.now());
  for (const { accepted: _, ...item } of databases)
    await ports.writeDatabase({ item: turn === 1 ? ofNext(item) : ofPrevious(item), expiresAt: null });
};

const HOURS = 2;
const cellInTurns = (also?: (stage: Stage) => void) =>
  troubledCell({
    ...{ hours: HOURS, product: { dispatch: inTurns } },
    also: (stage) => {
      stage.tables.registry.set('cell#budget', { item: '{"limit":3}' });
      also?.(stage);
    },
  });

test('Versions before, now and next side by side end nothing on an item that is not understood', async () => {
  const stage = await cellInTurns();
  const { journal, estate } = stage;
  expect(violationsOf(stage, { good: [...estate.databases.values()] })).toEqual([]);
  const began = new Map(journal.runs.map((run) => [run.id, run]));
  const ended = journal.endings.map(({ key, run }) => ({ key, item: began.get(run)?.item }));
  expect(ended.filter(({ item }) => hasNextWord(item))).toEqual([]);
  const blind = journal.runs.filter(
    ({ key, item, at }) => key === keyOfTroubled(stage, 'leak') && at > ACCEPTED_AT && hasNextWord(item),
  );
  expect(blind.length).toBeGreaterThan(3);
  // What is understood is done: by items of now and of before, and by those of next that have only a field more.
  expect(ended.some(({ key, item }) => key === keyOfTroubled(stage, 'leak') && !hasNextWord(item))).toBe(
    true,
  );
  expect(ended.some(({ key, item }) => key === keyOfTroubled(stage, 'storm') && isOfNext(item))).toBe(true);
  expect(ended.some(({ item }) => item?.includes('"version"') === false)).toBe(true);
});

test('What the next version added stays when this one writes, and so does its own item', async () => {
  const written: boolean[] = [];
  const stage = await cellInTurns((begun) => {
    const look = () => {
      const { item } = begun.tables.registry.get(keyOfTroubled(begun, 'leak')) ?? {};
      // This version has written the tag that it read in AWS.
      if (!hasNextWord(item)) written.push(isOfNext(item));
    };
    for (let at = 3; at < 20; at += 1) begun.time.at(TROUBLED_START + at * PERIOD_MS + MINUTE, look);
  });
  expect(written.length).toBeGreaterThan(5);
  expect(written).not.toContain(false);
  expect(stage.tables.registry.get('cell#budget')).toEqual({ item: '{"limit":3}' });
});

test('A switch as the version before left it, without a proof, lets runs observe and nothing end', async () => {
  const provenAt = TROUBLED_START + HOUR;
  const stage = await cellInTurns((begun) => {
    forgetProof(begun);
    begun.time.at(provenAt, () => proveCell(begun, 'tag'));
  });
  const { journal } = stage;
  expect(violationsOf(stage, { good: [...stage.estate.databases.values()] })).toEqual([]);
  const ofLeak = journal.logins.filter(({ key }) => key === keyOfTroubled(stage, 'leak'));
  expect(new Set(ofLeak.filter(({ at }) => at < provenAt).map(({ role }) => role))).toEqual(
    new Set(['headroom_observer']),
  );
  expect(journal.endings.filter(({ at }) => at < provenAt)).toEqual([]);
  expect(journal.endings.some(({ at }) => at > provenAt)).toBe(true);
});

test('A proof of the next version that this one does not know is none', async () => {
  const stage = await cellInTurns((begun) => {
    forgetProof(begun);
    const texts = begun.tables.registry.get(CELL_KEYS.switch);
    begun.tables.registry.set(CELL_KEYS.switch, { ...texts, proof: PROOF_TEXT.replace('"tag"', '"signed"') });
  });
  expect(stage.journal.endings).toEqual([]);
  expect(stage.journal.logins.length).toBeGreaterThan(0);
});

test('A switch with a mode of the next version lets nothing run while it holds', async () => {
  const from = TROUBLED_START + 8 * MINUTE;
  const stage = await cellInTurns(({ time, tables, journal }) => {
    time.at(from, () => {
      const people = JSON.stringify({
        mode: 'drain',
        by: 'anna',
        at: new Date(from).toISOString(),
        until: null,
      });
      tables.registry.set(CELL_KEYS.switch, { ...tables.registry.get(CELL_KEYS.switch), people });
      journal.stops.push({ key: null, from, until: from + HOURS * HOUR });
    });
  });
  expect(stage.journal.endings.filter(({ at }) => at > from + MINUTE)).toEqual([]);
  expect(stage.journal.logins.filter(({ at }) => at > from + MINUTE)).toEqual([]);
  expect(stage.journal.logins.filter(({ at }) => at < from).length).toBeGreaterThan(0);
});
