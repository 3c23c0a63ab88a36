import type { ReplayedRun } from '../../core/backtest/replay-run.ts';
import { type BacktestView, backtestHeadline, backtestRemarks } from '../base/backtest-phrases.ts';
import { timeText } from '../base/phrases.ts';
import { documentHtml } from './document.ts';
import { type Html, html, nameHtml, type Piece } from './html.ts';
import { groupCell, htmlTable } from './html-table.ts';

/** More rows make a page that no phone opens. */
const MOST_ROWS = 500;

/** The backtest as a page of its own, without scripts. */
export function backtestPage(view: BacktestView): string {
  const { sum, policyName, against } = view;
  const compared = against === null ? 'what was planned then' : nameHtml(against, 100);
  return documentHtml(
    'Backtest of a policy',
    html`<header><p class="kicker">pg-headroom</p><h1>${backtestHeadline(view)}</h1>
<p class="faint">${nameHtml(policyName, 100)} compared with ${compared}. Times are UTC.</p></header>
<section><ul>${backtestRemarks(view).map(
      (text) => html`<li>${text}</li>
`,
    )}</ul></section>
${sum.programs.length === 0 ? null : programsSection(view)}
${sum.runs.length === 0 ? null : runsSection(view)}`,
  );
}

function programsSection({ sum }: BacktestView): Html {
  const rows = sum.programs.map(({ program, server, more, fewer }) => [
    groupCell(program),
    nameHtml(server),
    more,
    fewer,
  ]);
  return html`<section><h2>Programs with sessions that would end, or stay</h2>
${htmlTable(['program', 'server', '#more end', '#fewer end'], rows, MOST_ROWS)}</section>
`;
}

function runsSection({ sum }: BacktestView): Html {
  const isOther = (run: ReplayedRun) => run.more.length + run.fewer.length > 0;
  const [other, same] = [sum.runs.filter(isOther), sum.runs.filter((run) => !isOther(run))];
  const titles = [
    'began',
    'server',
    'outcome then',
    '#ended',
    '#before',
    '#after',
    '#more',
    '#fewer',
    '#missing',
  ];
  return html`<section><h2>Each run, replayed alone, with another plan first</h2>
${htmlTable(titles, [...other, ...same].map(runRow), MOST_ROWS)}</section>
`;
}

function runRow(run: ReplayedRun): readonly Piece[] {
  const { startedAt, server, mode, outcome, ended, before, after, more, fewer } = run;
  // A day and a time are short enough not to be broken.
  const [day = '', time = ''] = timeText(startedAt).split(' ');
  return [
    html`<time datetime="${startedAt}">${day}\u00a0${time.slice(0, 5)}</time>`,
    nameHtml(server),
    mode === 'observe' ? `${outcome}, observed` : outcome,
    ended,
    before.victims.length,
    after.victims.length,
    more.length,
    fewer.length,
    before.missing === after.missing ? after.missing : `${before.missing} → ${after.missing}`,
  ];
}
