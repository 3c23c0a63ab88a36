import type { Advice } from '../../core/advice/advice.ts';
import type { Diagnosis } from '../../core/diagnosis/cause.ts';
import type { Explained } from '../../core/diagnosis/explain.ts';
import { factsOf } from '../base/facts.ts';
import { stepsOf } from '../message/next-steps.ts';
import { agesChart } from './ages-chart.ts';
import { answerHtml, sentenceOf } from './answer.ts';
import { holdersChart } from './holders-chart.ts';
import { type Html, html, trusted } from './html.ts';
import { openingsChart } from './openings-chart.ts';
import { chosenTable, newcomersTable, refusedTable, sparedTable } from './sessions.ts';
import { slotsCharts } from './slots-chart.ts';
import { STYLE } from './style.ts';
import { thisRun } from './this-run.ts';
import { nextStepsHtml, whyHtml } from './why-section.ts';

/** The page loads, runs and sends nothing, even if a client put markup into a name. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

type Given = { readonly diagnosis?: Diagnosis | null; readonly advice?: readonly Advice[] };

/**
 * The page that people open after the message: one file without scripts that loads nothing. It has the cause
 * and the next steps of the message, unless others are given.
 */
export function renderExplainedPage(explained: Explained, given: Given = {}): string {
  const facts = factsOf(explained);
  const { diagnosis = facts.diagnosis, advice = stepsOf(facts) } = given;
  const charts = [
    ...slotsCharts(facts),
    holdersChart(facts),
    agesChart(facts),
    openingsChart(facts, diagnosis),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${sentenceOf(facts)}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${answerHtml(facts)}
${whyHtml(diagnosis)}
${nextStepsHtml(advice)}
${slotsSection(charts.filter((each) => each !== null))}
${chosenTable(facts)}
${newcomersTable(facts)}
${sparedTable(facts)}
${refusedTable(facts)}
${thisRun(facts)}
</main>
</body>
</html>
`;
  return page.markup;
}

function slotsSection(figures: readonly Html[]): Html | null {
  return figures.length === 0 ? null : html`<section><h2>The slots</h2>${figures}</section>`;
}
