import { cleanName } from '../../core/base/clean-text.ts';
import { reapRules } from '../../core/policy/policy.ts';
import { policyTextOf } from '../../core/policy/policy-text.ts';
import type { RunRecord, Timings } from '../../core/run/record.ts';
import type { Facts } from '../base/facts.ts';
import { secondsText, thresholdText, timeText } from '../base/phrases.ts';
import { reapLine, rungLine } from '../base/policy-lines.ts';
import { cloudShellSwitch } from '../message/cloud-shell.ts';
import { connectingText } from '../message/run-facts.ts';
import { fold } from './fold.ts';
import { type Html, html } from './html.ts';
import { htmlTable } from './html-table.ts';
import { pasteBlock } from './paste-block.ts';

/** How the run went, by which policy, and where it ran. */
export function thisRun({ record }: Facts): Html {
  const { snapshot, server, runId, startedAt, mode } = record;
  const version =
    snapshot === null ? null : html`<dt>PostgreSQL</dt><dd>${cleanName(snapshot.server.version)}</dd>`;
  return fold(
    'This run',
    secondsText(record.timings.finished),
    html`<dl class="facts"><dt>Server</dt><dd>${cleanName(server)}</dd>${version}
<dt>Run</dt><dd>${cleanName(runId)}</dd><dt>Began</dt><dd>${timeText(startedAt)}</dd><dt>Mode</dt><dd>${mode}</dd>
${identity(record)}
<dt>Getting in</dt><dd>${connectingText(record)}</dd></dl>
${pauseByHand(record)}<h3>Steps</h3>${timeline(record)}
<h3>Policy in force</h3>${policyPart(record)}`,
  );
}

function pauseByHand(record: RunRecord): Html | null {
  const [title = '', command] = cloudShellSwitch(record);
  return command === undefined ? null : html`<p>${title}</p>${pasteBlock([command], 'shell')}`;
}

function identity({ code, policyHash }: RunRecord): Html {
  const ran = code === undefined ? null : html`<dt>Code</dt><dd>${cleanName(code)}</dd>`;
  const by = policyHash === undefined ? null : html`<dt>Policy</dt><dd>SHA-256 ${cleanName(policyHash)}</dd>`;
  return html`${ran}${by}`;
}

const STEPS = [
  ['connected', 'connected'],
  ['locked', 'took the lock'],
  ['snapshot', 'read all sessions'],
  ['planned', 'planned'],
  ['terminated', 'told sessions to end'],
  ['verified', 'read again: slots are free'],
  ['settled', 'settled, read a last time'],
  ['finished', 'finished'],
] as const satisfies readonly (readonly [keyof Timings, string])[];

function timeline({ timings, outcome }: RunRecord): Html {
  const done = STEPS.flatMap(([step, what]) => {
    const at = timings[step];
    // The text is neutral, because the slots above say what the second read found.
    const said = step === 'verified' && outcome !== 'recovered' && outcome !== 'reaped' ? 'read again' : what;
    return at === null ? [] : [{ said, at }];
  });
  const rows = done.map(({ said, at }, index) => [said, msText(at), msText(at - (done[index - 1]?.at ?? 0))]);
  return htmlTable(['step', '#at', '#took'], rows);
}

function msText(ms: number): string {
  return `${Math.round(ms).toLocaleString('en-US')} ms`;
}

function policyPart({ policy }: RunRecord): Html {
  const { relieve, limits } = policy;
  const ladder = relieve.ladder.map(rungLine);
  const rules = reapRules(policy).map(reapLine);
  const { maxVictims, maxPercent, keepPerGroup } = limits;
  const texts = [
    `Under pressure ${relieve.when.unit === 'usedPercent' ? 'from' : 'below'} ${thresholdText(relieve.when)}, relief until ${thresholdText(relieve.until)}.`,
    `The ladder: ${ladder.join('; ')}.`,
    `Never more than ${maxVictims} or ${maxPercent} % of the sessions, and at least ${keepPerGroup} of each program stays.`,
    rules.length === 0
      ? 'Nothing is reaped without pressure.'
      : `On the schedule these end without pressure too: ${rules.join('; ')}.`,
  ];
  return html`<p>${texts.join(' ')}</p>
<details><summary>All of it, as it is written</summary><pre tabindex="0"><code>${cleanJson(policyTextOf(policy))}</code></pre></details>`;
}

/** ASCII only, because names may hold characters that change the direction of the text. */
function cleanJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[^\x20-\x7e\n]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
