import { InvalidArgumentError } from 'commander';
import * as z from 'zod/mini';
import { type CellPlace, writeCellSwitch } from '../../aws/cell-switch.ts';
import { callerIdentity } from '../../aws/pause-switch.ts';
import { invalid, RemediationError } from '../../core/base/errors.ts';
import { REGION_FORM } from '../../core/base/region-form.ts';
import { findingsOf } from '../../core/base/schema-findings.ts';
import { counted } from '../../core/base/words.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readInput } from '../read-input.ts';
import { readJson } from '../read-json.ts';
import { print } from '../terminal.ts';

export type GivenCells = {
  readonly all?: true;
  readonly cells?: string | undefined;
  readonly region?: string | undefined;
};

/** So many cells are asked at once. */
const AT_ONCE = 20;

const cellsSchema = z.array(
  z.object({
    account: z.string().check(z.regex(/^\d{12}$/, { error: 'the 12 digits of an account' })),
    region: z.string().check(z.regex(new RegExp(`^${REGION_FORM}$`), { error: 'the name of a region' })),
  }),
  { error: 'a list of cells, each with account and region' },
);

/** Switches every cell of the list, and says which it could not reach. */
export async function switchAllCells(
  { cells: file, region }: GivenCells,
  textOf: () => Promise<string>,
  says: string,
): Promise<ExitCode> {
  if (file === undefined) throw new InvalidArgumentError('--all needs --cells FILE.');
  const cells = await readCells(file);
  const caller = await callerIdentity(region);
  if ('problem' in caller)
    throw new RemediationError(
      'registry-unwritable',
      `AWS did not say whose credentials these are (${caller.problem}). Nothing was changed.`,
    );
  const text = await textOf();
  const problems: (readonly [CellPlace, string])[] = [];
  const waiting = [...cells];
  const work = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      const problem = await writeCellSwitch(cell, text, caller);
      if (problem !== null) problems.push([cell, problem]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const done = cells.length - problems.length;
  print(`${counted(done, 'cell')} of ${cells.length} ${done === 1 ? 'is' : 'are'} ${says}.`);
  if (problems.length === 0) return EXIT.done;
  print(
    [
      'Not reached:',
      ...problems.map(([{ account, region: where }, why]) => `- ${account} ${where}: ${why}`),
    ].join('\n'),
  );
  return EXIT.remains;
}

async function readCells(file: string): Promise<readonly CellPlace[]> {
  const text = await readInput(file, 'list of cells', 'config-invalid');
  const json = readJson(text, 'The list of cells', 'name a JSON file with account and region of each cell');
  const parsed = z.safeParse(cellsSchema, json);
  if (!parsed.success) throw invalid('config-invalid', 'The list of cells', findingsOf(parsed.error, json));
  return parsed.data;
}
