import type { Explained } from '../../core/diagnosis/explain.ts';
import { counted } from '../base/phrases.ts';
import { answerHtml } from './answer.ts';
import { causeChart } from './cause-chart.ts';
import { documentHtml } from './document.ts';
import { fold } from './fold.ts';
import { forDevelopers } from './for-developers.ts';
import { holdersTable } from './holders-chart.ts';
import { type Html, html } from './html.ts';
import { laterHtml, nowHtml } from './now-box.ts';
import {
  type Given,
  NOTHING_TOLD,
  type PageFacts,
  type PagePlace,
  pageFactsOf,
  type Told,
} from './page-facts.ts';
import { pageVerdict } from './page-verdict.ts';
import { remarksHtml } from './remarks.ts';
import { chosenTable, newcomersTable, refusedTable, sparedTable } from './sessions.ts';
import { statementsSection } from './statements-chart.ts';
import { thisRun } from './this-run.ts';
import { timelineHtml } from './timeline.ts';
import { whyHtml } from './why-section.ts';

/**
 * The page that people open after the message: one file without scripts that loads nothing. What people look
 * for first is on top: the verdict, what to do now, the story by the clock, and the chart of the cause.
 */
export function renderExplainedPage(
  explained: Explained,
  place: PagePlace | null = null,
  told: Told = NOTHING_TOLD,
  given: Given = {},
): string {
  const facts = pageFactsOf(explained, place, told, given);
  const chart = causeChart(facts);
  return documentHtml(
    pageVerdict(facts),
    html`${answerHtml(facts)}${nowHtml(facts)}${timelineHtml(facts)}${chart?.drawn ?? null}
${chart?.kind === 'statements' ? null : statementsSection(facts)}
${whyHtml(facts)}
${chosenTable(facts)}
${forDevelopers(facts)}
${laterHtml(facts)}
${remarksHtml(facts)}
${holdersSection(facts)}
${newcomersTable(facts)}
${sparedTable(facts)}
${refusedTable(facts)}
${thisRun(facts)}`,
  );
}

function holdersSection({ ranking, blame }: PageFacts): Html | null {
  if (ranking === null || ranking.used === 0) return null;
  const { groups, hidden } = ranking;
  return fold('What held the slots', counted(groups.length, 'program'), holdersTable(groups, hidden, blame));
}
