import { type BacktestView, backtestHeadline, backtestRemarks } from '../base/backtest-phrases.ts';
import { timeText } from '../base/phrases.ts';
import { documentHtml } from './document.ts';
import { type Html, html, nameHtml } from './html.ts';
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
  const rows = sum.runs.map((run) => [
    html`<time datetime="${run.startedAt}">${timeText(run.startedAt).replace(' UTC', '')}</time>`,
    nameHtml(run.server),
    run.mode === 'observe' ? `${run.outcome}, observed` : run.outcome,
    run.ended,
    run.before.victims.length,
    run.after.victims.length,
    run.more.length,
    run.fewer.length,
    run.before.missing,
    run.after.missing,
  ]);
  const titles = ['began', 'server', 'outcome then', '#ended then', '#before', '#after'];
  return html`<section><h2>Each run, replayed alone</h2>
${htmlTable([...titles, '#more', '#fewer', '#slots missing before', '#after that'], rows, MOST_ROWS)}</section>
`;
}
