import { describe, expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { factsOf } from '../../functions/render/base/facts.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { stateSentence } from '../../functions/render/message/state-sentence.ts';
import { pageVerdict } from '../../functions/render/page/page-verdict.ts';
import { renderExplainedPage } from '../../functions/render/page/render-page.ts';
import { recordings } from '../incidents/recordings.ts';
import { truthOf } from '../incidents/story.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';
import { PAGE_URL } from '../support/links.ts';

/** One recording of each cause, and the made-up incidents. */
const ALL: readonly (readonly [string, RunRecord])[] = [
  ...Map.groupBy(recordings(), ({ story }) => truthOf(story).causes[0] ?? 'unclear').entries(),
].flatMap(([cause, [first]]) => (first === undefined ? [] : [[cause, first.record] as const]));
const RUNS = [
  ...ALL,
  ...Object.entries({ ...INCIDENTS, ...OBSERVED }).map(([name, make]) => [name, make()] as const),
];

/** `1h 5m` of each text that says a middle value. */
function mediansIn(text: string): readonly string[] {
  const plain = text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  const said = /half of \w+(?: idle)?(?: for)? over ((?:\d+(?:ms|s|m|h|d) ?)+)/g;
  return [...plain.matchAll(said)].map(([, age = '']) => age.trim());
}

describe('a run, wherever it is told', () => {
  test.each(RUNS)('%s has one middle value for a program, and says it once', (_, record) => {
    const { text, chat } = renderIncident(record, [], PAGE_URL);
    const explained = explain(record, []);
    const culprits = Math.max(1, explained.diagnosis?.culprits.length ?? 0);
    const full = mediansIn(fullTextOf(record));
    const page = mediansIn(renderExplainedPage(explained));
    expect(fullTextOf(record)).not.toContain('median');
    expect(page).toEqual(full);
    expect(full.length).toBeLessThanOrEqual(culprits);
    for (const short of [text, JSON.stringify(chat)])
      for (const median of mediansIn(short)) expect(full).toContain(median);
    expect(mediansIn(text).length).toBeLessThanOrEqual(1);
  });

  test.each(RUNS)('%s begins with the same verdict in the mail and on the page', (_, record) => {
    const facts = factsOf(explain(record, []), PAGE_URL);
    const verdict = `${record.server} ${stateSentence(facts)}`;
    expect(renderIncident(record, [], PAGE_URL).text.startsWith(verdict)).toBe(true);
    expect(pageVerdict(facts).startsWith(verdict)).toBe(true);
  });
});
