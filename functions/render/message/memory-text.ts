import { type Advice, forOperator } from '../../core/advice/advice.ts';
import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import { pauseIn } from '../../core/run/pause.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { authorName } from '../base/author-name.ts';
import { timeText } from '../base/phrases.ts';
import { shellWord } from '../base/shell-word.ts';

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

type Named = Pick<RunRecord, 'recall' | 'server' | 'fleet'>;

export function resumeAdvice(record: Named, text: string): Advice {
  return {
    ...forOperator(text, { language: 'shell', lines: [resumeCommand(record)] }),
    isNow: true,
  };
}

export function resumeCommand({ recall, server, fleet }: Named): string {
  if (fleet !== undefined) return `headroom fleet resume ${shellWord(server)}`;
  return `headroom resume --server ${shellWord(server)} --table ${shellWord(recall?.table ?? 'TABLE')}`;
}
