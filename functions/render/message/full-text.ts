import { cleanName } from '../../core/base/clean-text.ts';
import { explain } from '../../core/diagnosis/explain.ts';
import type { Reduction, RunRecord } from '../../core/run/record.ts';
import { factsOf } from '../base/facts.ts';
import { sections, wrap } from '../base/layout.ts';
import { whatWasDone } from './actions.ts';
import { switchSection } from './cloud-shell.ts';
import { details } from './details.ts';
import { effect } from './effect.ts';
import { headlineOf } from './headline.ts';
import { holders } from './holders.ts';
import { nextSteps, stepsOf } from './next-steps.ts';
import { observedText } from './observed-text.ts';
import { runFacts } from './run-facts.ts';
import { sparedSummary } from './spared.ts';
import { whatHappened } from './what-happened.ts';
import { whySection } from './why.ts';

/** The lines from the top to the next steps. The run and the details follow. */
const SCREEN_LINES = 47;

/**
 * Everything that is known about a run, for a terminal, from its record alone: the answer first, then numbers, then details.
 */
export function fullTextOf(record: RunRecord, reduced: readonly Reduction[] = [], columns?: number): string {
  const facts = factsOf(explain(record, reduced), null);
  const { server, mode } = facts.record;
  const first = [
    ...(mode === 'observe' ? wrap(observedText(facts.record, 'terminated'), 0) : []),
    ...wrap(`${cleanName(server)}: ${headlineOf(facts).sentence}`, 0),
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
  const rest = sections([
    next.first,
    runFacts(facts.record),
    switchSection(facts),
    next.rest,
    ...details(facts),
  ]);
  return `${told}\n\n${rest}\n`;
}
