import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MetricsChoice, OWN_METRICS, SERVER_METRICS } from '../../functions/contract.ts';
import { meaningOf } from '../../functions/core/incident/outcome-table.ts';
import { OUTCOMES } from '../../functions/core/run/outcome.ts';
import { severityOf } from '../../functions/render/base/severity.ts';
import { chosenOf, metricsOf, type ServerMetric } from '../../functions/report/run-metrics.ts';
import { INCIDENTS } from '../support/incidents.ts';

/** Operators rely on these documents: what they state is compared with the code. */

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const metricsText = read('operate/metrics.md');
const runbook = read('operate/runbook.md');

/** Cells of the table rows that begin with a name in backquotes. */
const rows = [...metricsText.matchAll(/^\| `(\w+)` +\|([^|]+)\|([^|]+)\|/gm)].map(
  ([, name = '', from = '', sent = '']) => ({ name, from: from.trim(), sent: sent.trim() }),
);
const namesOf = (metrics: readonly ServerMetric[]) => metrics.map(({ name }) => SERVER_METRICS[name]);

describe('the list of metrics', () => {
  test('is complete', () => {
    const known = [...Object.values(SERVER_METRICS), ...Object.values(OWN_METRICS)];
    expect(rows.map(({ name }) => name).toSorted()).toEqual(known.toSorted());
  });

  test.each(['few', 'all'] as const)('says of each run metric whether it is sent with %s', (choice) => {
    const run = { ...INCIDENTS.recovered(), recall: INCIDENTS.paused().recall };
    const listed = rows
      .filter(({ from }) => from === 'few' || from === choice)
      // Several runs together make a warning: its metric is none of one run.
      .flatMap(({ name }) => (name === SERVER_METRICS.warned ? [] : [name]));
    expect(listed.toSorted()).toEqual(namesOf(chosenOf(metricsOf(run), choice)).toSorted());
  });

  test('says of each whether every run sends it', () => {
    const listed = rows.filter(({ sent }) => sent === 'by each run').map(({ name }) => name);
    expect(listed.toSorted()).toEqual(namesOf(metricsOf(INCIDENTS.healthy())).toSorted());
  });

  test('states what a month of them costs', () => {
    const [, ...stated] =
      /metrics sent by each run +\| +([\d.]+) \| +([\d.]+) \| +([\d.]+) \|/.exec(metricsText) ?? [];
    const costOf = (choice: MetricsChoice) => chosenOf(metricsOf(INCIDENTS.healthy()), choice).length * 0.3;
    expect(stated.map(Number)).toEqual(
      (['none', 'few', 'all'] as const).map((choice) => expect.closeTo(costOf(choice))),
    );
  });
});

describe('the runbook', () => {
  const headings = [...runbook.matchAll(/^#{2,3} (.+)$/gm)].map(([, title = '']) => title);

  test('says what a human does when a run leaves something to one', () => {
    const left = OUTCOMES.filter(
      (outcome) => meaningOf(outcome, 'enforce').unresolved || outcome === 'unexplained',
    );
    const [, after = ''] = runbook.split('## When a message says');
    const articles = [...after.matchAll(/^### ([a-z-]+)$/gm)].map(([, title = '']) => title);
    // A pause has an alarm, and so an article of its own.
    expect(articles.toSorted()).toEqual(left.filter((outcome) => outcome !== 'paused').toSorted());
  });

  test('links to nothing that is not there', () => {
    const anchors = headings.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(anchors).toContain(link);
  });
});

describe('the list of outcomes', () => {
  const [, section = ''] = /^## Outcomes\n([\s\S]+?)^In mode/m.exec(read('operate/messages.md')) ?? [];
  const listed = [...section.matchAll(/^\| `([a-z-]+)` +\|[^|]+\| (\w+)/gm)].map(
    ([, outcome = '', severity = '']) => [outcome, severity],
  );

  test('is complete, with the severity of each in mode enforce', () => {
    expect(listed).toEqual(OUTCOMES.map((outcome) => [outcome, severityOf(outcome, 'enforce')]));
  });
});

describe('the sections of a message', () => {
  test('are in the document, all that the golden messages have', () => {
    const goldens = globSync('../render/golden/{,full/}*.txt', { cwd: import.meta.dirname });
    const isStatement = (title: string) => /^(?:SELECT|GRANT|ALTER|REVOKE|CREATE|UPDATE|SET)\b/.test(title);
    const titles = goldens.flatMap((path) =>
      [...readFileSync(new URL(path, import.meta.url), 'utf8').matchAll(/^[A-Z]{2,}(?: [A-Z]+)*/gm)].map(
        ([title]) => title,
      ),
    );
    const text = read('operate/messages.md').replace(/\s+/g, ' ');
    expect(titles.length).toBeGreaterThan(100);
    expect([...new Set(titles)].filter((title) => !isStatement(title) && !text.includes(title))).toEqual([]);
  });
});
