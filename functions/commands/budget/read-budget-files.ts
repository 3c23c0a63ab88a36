import { parseAllDocuments } from 'yaml';
import { type Finding, invalid } from '../../core/base/errors.ts';
import type { BudgetFile } from '../../core/budget/parse-budget.ts';
import { readInput, STDIN } from '../read-input.ts';

/** Rendered manifests of a large product have some hundred KB. */
const MOST_BYTES = 20_000_000;

/** @throws RemediationError `config-invalid` for a file that cannot be read, or that is neither JSON nor YAML. */
export async function readBudgetFiles(paths: readonly string[]): Promise<readonly BudgetFile[]> {
  const files: BudgetFile[] = [];
  for (const path of paths) {
    const file = path === STDIN ? '(standard input)' : path;
    files.push({
      file,
      documents: documentsIn(await readInput(path, 'budget', 'config-invalid'), file),
    });
  }
  return files;
}

/** JSON is YAML too. */
function documentsIn(text: string, file: string): readonly unknown[] {
  if (text.length > MOST_BYTES) throw unread(file, `${text.length} bytes`, `at most ${MOST_BYTES}`);
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'silent' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw unread(file, error.message.split('\n', 1)[0] ?? '', 'JSON or YAML');
    try {
      // Templates of Helm leave empty documents.
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      return value === null || value === undefined ? [] : [value];
    } catch (thrown) {
      throw unread(file, thrown instanceof Error ? thrown.message : 'unreadable text', 'JSON or YAML');
    }
  });
}

function unread(path: string, found: string, allowed: string) {
  const finding: Finding = { path, found, allowed };
  return invalid('config-invalid', 'The budget', [finding]);
}
