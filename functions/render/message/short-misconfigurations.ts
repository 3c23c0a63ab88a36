import { forOperator } from '../../core/advice/advice.ts';
import type { Misconfiguration } from '../../core/doctor/misconfigurations.ts';
import type { Mode } from '../../core/policy/mode.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { RunIdentity } from '../../core/run/record.ts';
import type { Invocation } from '../../events/parse-destination.ts';
import type { Message } from '../base/message.ts';
import { counted } from '../base/phrases.ts';
import { type LeftOut, leftOutTexts } from './left-out.ts';
import { renderRemains } from './remains.ts';
import { said } from './remark-table.ts';

/** The misconfigurations that a scheduled run found, when the usual message could not be written. */
export function renderShortMisconfigurations(
  run: {
    readonly runId: string;
    readonly server: string | null;
    readonly outcome: Outcome;
    readonly mode: Mode;
    readonly head: RunIdentity & { readonly startedAt: string };
  },
  invocation: Invocation,
  found: readonly Pick<Misconfiguration, 'found'>[],
  leftOut: readonly LeftOut[],
): Message {
  const { runId, server, outcome, mode, head } = run;
  const things = counted(found.length, 'thing');
  return renderRemains({
    ...{ kind: 'misconfiguration', invocation, runId, server, outcome, mode, story: null, recordUrl: null },
    ...{ severity: 'warning', observed: false, at: head.startedAt, identity: head },
    state: `${things} to fix`,
    parts: ['before an incident'],
    sentence: `no incident. The sweep found ${things} to fix before there is one.`,
    remarks: [
      ...said('why', [found.map((each) => each.found).join(' ')], 'FOUND'),
      ...said('leftOut', [leftOutTexts(leftOut).join(' ').replaceAll('\n', ' ')]),
    ],
    steps: [forOperator("To see how to fix it, run headroom doctor as the function's role.")],
  });
}
