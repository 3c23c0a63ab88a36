import { cleanName } from '../../core/base/clean-text.ts';
import type { LadderStep } from '../../core/fleet/ladder.ts';
import { timeText } from './phrases.ts';

/** The steps as people read them. */
export const STEP_WORDS: Readonly<Record<LadderStep, string>> = {
  tagged: 'tagged',
  network: 'network',
  iam: 'IAM on',
  admitted: 'group admits',
  role: 'role',
  trigger: 'trigger',
  reserve: 'reserve',
  observing: 'observing',
  enforcing: 'enforcing',
};

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** A sentence about a database, cleaned, with its times as people read them. */
export function ladderSentence(text: string): string {
  return cleanName(text, 300).replace(MOMENT, timeText);
}
