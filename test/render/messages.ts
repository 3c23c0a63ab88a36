import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { recordings } from '../incidents/recordings.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';
import { PAGE_URL } from '../support/links.ts';

/**
 * `npx node test/render/messages.ts` prints the mail of each recorded and made-up incident, with its lines and words beside
 * those of the full text; with a part of a name those that have it, with `--figures` the figures only.
 */
const [part = ''] = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const onlyFigures = process.argv.includes('--figures');

const wordsIn = (text: string) => text.match(/\S+/g)?.length ?? 0;
const linesIn = (text: string) => text.trimEnd().split('\n').length;
const runs = [
  ...recordings().map(({ record }) => [record.runId, record] as const),
  ...Object.entries({ ...INCIDENTS, ...OBSERVED }).map(([name, make]) => [name, make()] as const),
].filter(([name]) => name.includes(part));

const figures = runs.map(([name, record]) => {
  const { subject, text } = renderIncident(record, [], PAGE_URL);
  const full = fullTextOf(record);
  if (!onlyFigures) console.log(`\n${name}\n\nSubject: ${subject}\n\n${text}`);
  return { lines: linesIn(text), words: wordsIn(text), fullLines: linesIn(full), fullWords: wordsIn(full) };
});

const middleOf = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
for (const [what, key] of [
  ['lines of a mail', 'lines'],
  ['words of a mail', 'words'],
  ['lines of the full text', 'fullLines'],
  ['words of the full text', 'fullWords'],
] as const) {
  const all = figures.map((each) => each[key]);
  console.log(`${what}: half of ${all.length} have up to ${middleOf(all)}, the longest ${Math.max(...all)}`);
}
