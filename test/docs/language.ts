import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Measures how plain the language of documents and comments is: who-words (who, whom, whose, whoever, nobody, somebody) per
 * 1,000 words. Programs, servers and sessions are *what* and *which*; a text that makes persons of them is hard to read for
 * engineers who learned English late. People are a `who` now and then, so that the bound is low and not zero.
 *
 * `node test/docs/language.ts` prints a figure for each document, and for the comments of each room.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Words per 1,000 words; in five respected projects it is 0.3 to 1.9. */
export const BOUND = 3;

export type Figure = { readonly name: string; readonly words: number; readonly whoWords: number };

const WHO_WORD = /\b(?:who|whom|whose|whoever|whomever|nobody|somebody)\b/gi;
const WORD = /[A-Za-z][A-Za-z'’-]*/g;

/** What stands between such marks is written by a benchmark or a test, out of the code's own words. */
const GENERATED = /<!-- (figures|table): ([\w-]+) -->[\s\S]*?<!-- end: \2 -->/g;
/** Documents whose tables are all generated. */
const WITH_GENERATED_TABLES = ['failure-modes.md', 'clients.md', 'evidence/diagnosis.md'];

/** The prose of a document: without code, generated tables and figures, questions, and targets of links. */
export function proseOf(document: string, name = ''): string {
  const isTable = (line: string) => line.trimStart().startsWith('|');
  const leavesOut = WITH_GENERATED_TABLES.some((end) => name.endsWith(end)) ? isTable : () => false;
  const lines = document
    .replace(GENERATED, '')
    .replace(/^ *```[\s\S]*?^ *```/gm, '')
    .split('\n')
    .filter((line) => !leavesOut(line));
  const text = lines
    .join('\n')
    .replace(/`[^`]*`/g, ' x ')
    .replace(/\]\([^)]*\)/g, ']');
  return withoutQuestions(text);
}

/** A question asks for a person rightly, as in the headings of the frequent ones. */
function withoutQuestions(text: string): string {
  return text.replace(/[^.!?\n:]*(?:\n(?![\n#|>*-])[^.!?\n:]*)*\?/g, ' ');
}

/** What the comments of a source say. */
export function commentsOf(source: string): string {
  const comments = source.match(/\/\*[\s\S]*?\*\/|(?:^|\s)\/\/[^\n]*/g) ?? [];
  return withoutQuestions(comments.join('\n').replace(/`[^`]*`/g, ' x '));
}

export function figureOf(name: string, prose: string): Figure {
  return { name, words: prose.match(WORD)?.length ?? 0, whoWords: prose.match(WHO_WORD)?.length ?? 0 };
}

export const per1000 = ({ words, whoWords }: Figure) => (words === 0 ? 0 : (whoWords / words) * 1_000);

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');

export function documentFigures(): readonly Figure[] {
  const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted();
  return documents.map((path) => figureOf(path, proseOf(read(path), path)));
}

/** The room of a file: its folder, for files of `core` and `infra` the folder below. */
const roomOf = (path: string) => path.split('/').slice(0, -1).slice(0, 3).join('/');

export function commentFigures(): readonly Figure[] {
  const sources = globSync('{functions,infra}/**/*.ts', { cwd: ROOT }).toSorted();
  const rooms = Map.groupBy(sources, roomOf);
  return [...rooms].map(([room, paths]) =>
    figureOf(room, paths.map((path) => commentsOf(read(path))).join('\n')),
  );
}

const line = (figure: Figure) =>
  `${per1000(figure).toFixed(1).padStart(6)}  ${String(figure.whoWords).padStart(4)} of ${String(figure.words).padStart(6)}  ${figure.name}`;

const sum = (name: string, figures: readonly Figure[]): Figure => ({
  name,
  words: figures.reduce((total, { words }) => total + words, 0),
  whoWords: figures.reduce((total, { whoWords }) => total + whoWords, 0),
});

function print(title: string, figures: readonly Figure[]): void {
  console.log(
    [`${title}: who-words per 1,000 words`, ...figures.map(line), line(sum('all', figures)), ''].join('\n'),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  print('Documents', documentFigures());
  print('Comments', commentFigures());
}
