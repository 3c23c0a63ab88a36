import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLES } from '../../functions/contract.ts';

export type FaultyBundle = Disposable & { readonly folder: string };

/** The built bundle of `report` with a statement at the beginning of one of its functions. */
export function faultyReport(where: string, statement: string): FaultyBundle {
  const folder = mkdtempSync(join(tmpdir(), 'hr-fault-'));
  cpSync(BUNDLES.report, folder, { recursive: true });
  const head = new RegExp(`\\bfunction ${where}\\([^)]*\\)\\{`);
  const found = readdirSync(folder).filter((name) => head.test(readFileSync(join(folder, name), 'utf8')));
  if (found.length === 0) throw new Error(`The bundle has no function ${where}.`);
  for (const name of found) {
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(
      join(folder, name),
      text.replace(head, (start) => `${start}${statement};`),
    );
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
