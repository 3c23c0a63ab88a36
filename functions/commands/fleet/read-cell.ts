import { type Item, scanTable } from '../../aws/fleet-items.ts';
import { seenMemory, seenRows } from '../../aws/seen-rows.ts';
import { FLEET_TABLES } from '../../contract.ts';
import { RemediationError } from '../../core/base/errors.ts';
import { listText } from '../../core/base/words.ts';
import type { LadderPlace } from '../../core/fleet/ladder.ts';
import { findDatabase, type MemoryRow, type SeenCell, seenCell } from '../../core/fleet/seen-cell.ts';
import { regionOption } from '../region-option.ts';
import { printNote } from '../terminal.ts';
import { whileWaiting } from '../while-waiting.ts';

export type GivenCell = { readonly region?: string };

export const REGION_OPTION = regionOption(
  'the region of the cell (default: AWS_REGION, or that of the profile)',
);

export const CELL_NOTES =
  'A cell is an account and a region: that of your credentials, and that of --region. The credentials need dynamodb:Scan on its two tables, as the managed policy of the output OperatorsPolicyArn has.';

/** @throws RemediationError `registry-unreadable`. */
export async function readCell({ region: given }: GivenCell, now = Date.now()): Promise<SeenCell> {
  const { region, items } = await whileWaiting('Reading the registry', () =>
    scanTable(FLEET_TABLES.registry, given),
  );
  const memory = await whileWaiting('Reading the memory', () => scanTable(FLEET_TABLES.memory, region));
  const rows = memory.items.flatMap((item) => {
    const key = item.server?.S;
    return key === undefined ? [] : [[key, memoryRow(key, item, now)] as const];
  });
  return seenCell(items.flatMap(seenRows), new Map(rows), { region, now });
}

function memoryRow(key: string, item: Item, now: number): MemoryRow {
  const { row, problem } = seenMemory(key, item, now);
  if (problem !== null) printNote(problem);
  return row;
}

/**
 * The one database that is meant.
 * @throws RemediationError `config-invalid` when there is none, or more than one.
 */
export function theDatabase(view: SeenCell, named: string): LadderPlace {
  const found = findDatabase(view, named);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const where = `${view.region}${view.account === null ? '' : ` of account ${view.account}`}`;
  const message =
    first === undefined
      ? `There is no database ${named} in the registry of ${where}: give a name, resource id or key that "headroom fleet list" prints. New databases are there after two periods.`
      : `${named} means several databases: give a key, which is one of ${listText(
          found.map(({ seen }) => seen.database.key),
          5,
        )}.`;
  throw new RemediationError('config-invalid', message);
}
