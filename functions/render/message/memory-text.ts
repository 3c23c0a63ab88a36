import { type Advice, forOperator } from '../../core/advice/advice.ts';
import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import { pauseIn } from '../../core/run/pause.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { authorName } from '../base/author-name.ts';
import { timeText } from '../base/phrases.ts';

/** What a run knew about a pause, when that decided what it did. */
export function memoryTexts({ recall, mode, policy }: RunRecord): readonly string[] {
  if (recall === null || policy.mode !== 'enforce') return [];
  const pause = pauseIn(recall);
  if (pause !== null) {
    const why = pause.reason === null ? '' : ` ("${cleanName(pause.reason, 200)}")`;
    const until = pause.until ? `, until ${timeText(pause.until)}` : '';
    return [`Paused since ${timeText(pause.at)} by ${authorName(pause.by)}${why}${until}.`];
  }
  if (recall.kind === 'read') return [];
  const then =
    mode === 'observe'
      ? 'We do not know whether runs are paused, so this sweep only observed.'
      : 'We do not know whether runs are paused. This run acted.';
  return [`${cleanMessage(recall.problem.message)} ${then}`];
}

/** For on-call, because another person may have paused runs. The breaker's pause ends by itself. */
export function resumeStep(record: RunRecord): Advice {
  const pause = pauseIn(record.recall);
  const by = pause === null ? 'the person who paused them' : authorName(pause.by);
  const text = pause?.until
    ? `No session is ended until ${timeText(pause.until)}, then runs act again. To let them act earlier:`
    : `No session is ended until runs are resumed. Ask ${by}, or resume them:`;
  return resumeAdvice(record, text);
}

export function resumeAdvice(record: Pick<RunRecord, 'recall' | 'server'>, text: string): Advice {
  return {
    ...forOperator(text, { language: 'shell', lines: [resumeCommand(record)] }),
    isNow: true,
  };
}

export function resumeCommand({ recall, server }: Pick<RunRecord, 'recall' | 'server'>): string {
  return `headroom resume --server ${shellWord(server)} --table ${shellWord(recall?.table ?? 'TABLE')}`;
}

/** Quotes names that a shell would split or interpret. */
function shellWord(name: string): string {
  return /^[\w.:/][\w.:/-]*$/.test(name) ? name : `'${cleanName(name).replaceAll("'", "'\\''")}'`;
}
