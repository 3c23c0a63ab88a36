import { cleanName } from '../../core/base/clean-text.ts';
import type { Explained } from '../../core/diagnosis/explain.ts';
import { explain } from '../../core/diagnosis/explain.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Reduction, RunRecord } from '../../core/run/record.ts';
import { factsOf } from '../base/facts.ts';
import { sections, wrap } from '../base/layout.ts';
import { whatWasDone } from './actions.ts';
import { switchSection } from './cloud-shell.ts';
import { details } from './details.ts';
import { effect } from './effect.ts';
import { headlineOf } from './headline.ts';
import { holders } from './holders.ts';
import { lifeTexts, trippedLines } from './incident-life.ts';
import { nextSteps, stepsOf } from './next-steps.ts';
import { observedText } from './observed-text.ts';
import { runFacts } from './run-facts.ts';
import { sparedSummary } from './spared.ts';
import { whatHappened } from './what-happened.ts';
import { whySection } from './why.ts';

/** The lines from the top to the next steps. The run and the details follow. */
const SCREEN_LINES = 47;

/** Everything that is known about a run, for a terminal, from its record alone. */
export function fullTextOf(
  record: RunRecord,
  reduced: readonly Reduction[] = [],
  recordUrl: string | null = null,
  story: Story | null = null,
  columns?: number,
): string {
  return explainedFullText(explain(record, reduced), recordUrl, story, columns);
}

/**
 * The answer first, then numbers, then details. The story is the place of the run in its incident, or null
 * when nothing is remembered about earlier runs.
 */
function explainedFullText(
  explained: Explained,
  recordUrl: string | null,
  story: Story | null,
  columns: number | undefined,
): string {
  const facts = factsOf(explained, recordUrl);
  const { server, mode } = facts.record;
  const first = [
    ...(mode === 'observe' ? wrap(observedText(facts.record, 'terminated'), 0) : []),
    ...wrap(`${cleanName(server)}: ${headlineOf(facts).sentence}`, 0),
    ...wrap(lifeTexts(story).join(' '), 0),
    ...trippedLines(story, facts.record),
  ].join('\n');
  const happened = [
    whatHappened(facts),
    holders(facts, columns),
    whySection(facts),
    whatWasDone(facts),
    sparedSummary(facts),
    effect(facts),
  ];
  const told = `${first}\n\n${sections(happened)}`;
  const next = nextSteps(stepsOf(facts), SCREEN_LINES - told.split('\n').length);
  const rest = sections([next.first, runFacts(facts), switchSection(facts), next.rest, ...details(facts)]);
  return `${told}\n\n${rest}\n`;
}
