import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isMap, isSeq, parseAllDocuments, visit } from 'yaml';
import { duplicateKeys } from '../../core/base/duplicate-keys.ts';
import { type Finding, invalid } from '../../core/base/errors.ts';
import type { BudgetFile } from '../../core/budget/budget-file.ts';
import { environmentFilesIn, isCompose } from '../../core/budget/compose-workloads.ts';
import { readInput, STDIN } from '../read-input.ts';

/** Rendered manifests of a large product have some hundred KB. */
const MOST_BYTES = 20_000_000;
/** A file of a hundred services with one anchor has some hundred. A bomb has billions. */
const MOST_ALIASES = 10_000;

/** @throws RemediationError `config-invalid` for a file that cannot be read, or that is neither JSON nor YAML. */
export async function readBudgetFiles(paths: readonly string[]): Promise<readonly BudgetFile[]> {
  const files: BudgetFile[] = [];
  for (const path of paths) {
    const file = path === STDIN ? '(standard input)' : path;
    const documents = documentsIn(await readInput(path, 'budget', 'config-invalid'), file);
    files.push({ file, documents, environments: await environmentsOf(documents, path) });
  }
  return files;
}

/** Paths are those from the folder of the compose file. What is not there may be made by a deployment. */
async function environmentsOf(
  documents: readonly unknown[],
  path: string,
): Promise<ReadonlyMap<string, string>> {
  const folder = path === STDIN ? '.' : dirname(path);
  const written = new Set(documents.filter(isCompose).flatMap(environmentFilesIn));
  const read = await Promise.all(
    [...written].map(async (each) => {
      const text = await textOf(resolve(folder, each)).catch(() => null);
      return text === null ? [] : [[each, text] as const];
    }),
  );
  return new Map(read.flat());
}

/** Null for what is no file, such as a pipe, which may never end, and for what is too large. */
async function textOf(path: string): Promise<string | null> {
  const found = await stat(path);
  return found.isFile() && found.size <= MOST_BYTES ? await readFile(path, 'utf8') : null;
}

function documentsIn(text: string, file: string): readonly unknown[] {
  if (text.length > MOST_BYTES) throw unread(file, `${text.length} bytes`, `at most ${MOST_BYTES}`);
  return jsonIn(text) ?? yamlIn(text, file);
}

/** JSON is YAML too, and the parser of YAML takes a minute for large files. Null for what is none, or has a key twice. */
function jsonIn(text: string): readonly unknown[] | null {
  if (!/^\s*[{[]/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return duplicateKeys(text).length > 0 ? null : [value];
  } catch {
    return null;
  }
}

function yamlIn(text: string, file: string): readonly unknown[] {
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'silent' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    const isTemplate = text.includes('{{');
    if (error !== undefined) throw unread(file, firstLine(error.message), isTemplate ? RENDERED : PLAIN);
    if (isTemplate && hasTemplateKey(document)) throw unread(file, 'a template', RENDERED);
    try {
      // Templates of Helm leave empty documents.
      const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
      return value === null || value === undefined ? [] : [value];
    } catch (thrown) {
      throw unread(file, thrown instanceof Error ? thrown.message : 'unreadable text', PLAIN);
    }
  });
}

const PLAIN = 'JSON or YAML';
const RENDERED = 'rendered JSON or YAML, such as the output of helm template';

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/:$/, '');
}

/** YAML takes `{{ .Values.replicas }}` for an object with an object as its key. */
function hasTemplateKey(document: ReturnType<typeof parseAllDocuments>[number]): boolean {
  let isFound = false;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isMap(key) && !isSeq(key)) return undefined;
      isFound = true;
      return visit.BREAK;
    },
  });
  return isFound;
}

function unread(path: string, found: string, allowed: string) {
  const finding: Finding = { path, found, allowed };
  return invalid('config-invalid', 'The budget', [finding]);
}
