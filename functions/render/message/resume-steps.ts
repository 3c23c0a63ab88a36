import type { Advice } from '../../core/advice/advice.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { trippedTexts } from './incident-life.ts';
import { resumeAdvice } from './memory-text.ts';

/** In a chat room and on the page the first step is to resume the runs that the breaker paused. */
export function resumeSteps(record: RunRecord, story: Story | null): readonly Advice[] {
  const text = trippedTexts(story).join(' ');
  return text === '' ? [] : [resumeAdvice(record, text)];
}
