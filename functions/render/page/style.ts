import { cssVariables, DARK, LIGHT } from './colors.ts';

/** The style of all pages. On paper a page has the light colours, and everything on it is open. */
export const STYLE = `
:root { color-scheme: light dark; ${cssVariables(LIGHT)} }
@media screen and (prefers-color-scheme: dark) { :root { ${cssVariables(DARK)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; overflow-wrap: anywhere; }
main { max-width: 56rem; margin: 0 auto; padding: 2rem 1.25rem 5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .4rem 0 .8rem; text-wrap: pretty; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
section, figure { margin: 1.25rem 0; padding: 1.1rem 1.25rem 1.25rem; background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; }
figcaption { font-size: 1.05rem; font-weight: 700; margin-bottom: .6rem; }
p { margin: .5rem 0; } section > :last-child, figure > :last-child, li > :last-child { margin-bottom: 0; }
ul, ol { margin: .5rem 0; padding-left: 1.4rem; }
a, summary { color: var(--link); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875rem; }
.faint, .kicker, .undo { color: var(--faint); font-weight: 400; }
.kicker { margin: 0; font-size: .9rem; }
.badges { margin: 0 0 1rem; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: .05rem .75rem; font-size: .85rem; font-weight: 600; margin: 0 .2rem .35rem 0; }
.critical { color: var(--bad); } .warning { color: var(--warn); } .info { color: var(--good); } .observed { color: var(--calm); } .plain { color: var(--faint); }
.notice { border-left: 4px solid var(--bad); background: var(--card); padding: .6rem .9rem; }
.meter p { margin: 0; font-size: .9rem; } .meter p strong { font-size: 1.25rem; }
.meter .track { position: relative; height: .8rem; margin: .35rem 0 .3rem; background: var(--rule); border-radius: .4rem; overflow: hidden; }
.meter .fill, .meter .ghost { position: absolute; inset: 0 auto 0 0; background: var(--look); border-radius: .4rem 0 0 .4rem; }
.meter .ghost { opacity: .35; }
.meter .mark { position: absolute; inset: 0 auto 0 0; width: 2px; background: var(--ink); margin-left: -1px; }
.full { --look: var(--bad); } .between { --look: var(--warn); } .free { --look: var(--good); }
.now { border-width: 2px; border-color: var(--calm); } .now h2 { color: var(--calm); font-size: 1.15rem; }
.now.open { border-color: var(--bad); } .now.open h2 { color: var(--bad); }
ol.steps > li { margin: .9rem 0; padding-left: .2rem; } ol.steps > li:first-child { margin-top: 0; } ol.steps > li:last-child { margin-bottom: 0; }
.undo { font-size: .875rem; margin: 0; }
pre { background: var(--code); border-radius: .4rem; padding: .7rem .85rem; margin: .5rem 0 .8rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 19.5rem; overflow-y: auto; }
.paste { user-select: all; -webkit-user-select: all; }
.paste .option { display: inline-block; max-width: 100%; }
.timeline { list-style: none; margin: 0; padding: 0; display: flex; gap: 0; font-size: .9rem; }
.timeline li { flex: 1 1 0; min-width: 0; position: relative; padding: 1.4rem .75rem 0 0; border-top: 2px solid var(--rule); margin-top: .5rem; }
.timeline li::before { content: ""; position: absolute; top: -.45rem; left: 0; width: .8rem; height: .8rem; border-radius: 50%; background: var(--point); border: 2px solid var(--point); }
.timeline time { display: block; font-weight: 650; font-variant-numeric: tabular-nums; margin-top: -.75rem; }
.timeline span { display: block; color: var(--faint); line-height: 1.35; }
.trouble { --point: var(--bad); } .run { --point: var(--ink); } .done { --point: var(--good); } .ahead { --point: var(--faint); }
.timeline li.ahead::before { background: var(--card); }
.chart svg { display: block; width: 100%; height: auto; font-family: inherit; }
.narrow { display: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; padding: 0; margin: 0 0 .75rem; font-size: .875rem; color: var(--faint); }
.key { display: inline-block; width: 1.3rem; height: .8rem; margin-right: .45rem; vertical-align: -.08rem; border-radius: 2px; }
.line-key { display: inline-block; width: 1.5rem; margin-right: .45rem; border-top: 2px solid var(--key); vertical-align: .28rem; }
.line-key.dashed { border-top-style: dashed; } .line-key.dotted { border-top-style: dotted; }
.bars { list-style: none; margin: 0; padding: 0; }
.bar { display: grid; grid-template-columns: minmax(0, 15rem) minmax(0, 1fr); gap: .1rem 1.25rem; padding: .6rem 0 .6rem .9rem; border-top: 1px solid var(--rule); border-left: 4px solid transparent; }
.bar:first-child { border-top: 0; }
.bar .name { grid-row: 1 / 3; min-width: 0; line-height: 1.4; } .bar .name .faint { font-size: .85rem; }
.bar .track { display: flex; height: 1rem; align-self: end; margin-top: .2rem; } .bar .track span { min-width: 2px; } .bar .track span + span { border-left: 1px solid var(--card); }
.bar .text { font-size: .85rem; color: var(--faint); font-variant-numeric: tabular-nums; }
.above .bar { grid-template-columns: minmax(0, 1fr); } .above .name { grid-row: auto; }
.short .bar { grid-template-columns: 5.5rem minmax(0, 1fr) 4rem; padding: .15rem 0; border: 0; } .short .name { grid-row: 1; font-size: .9rem; } .short .track { height: .7rem; align-self: center; margin: 0; } .short .text { text-align: right; }
.blamed { border-left: 4px solid var(--blamed) !important; }
.tag { display: inline-block; font-size: .75rem; font-weight: 600; color: var(--blamed); border: 1px solid currentColor; border-radius: .3rem; padding: 0 .35rem; vertical-align: .08rem; white-space: nowrap; }
.busy { background: var(--busy); }
.idle { background: repeating-linear-gradient(135deg, var(--idle) 0 5px, color-mix(in srgb, var(--idle) 55%, var(--card)) 5px 8px); }
.in-tx { background: radial-gradient(circle, var(--card) 1.3px, transparent 1.6px) 0 0 / 7px 7px var(--in-tx); }
.waiting { background: repeating-linear-gradient(90deg, var(--busy) 0 3px, transparent 3px 7px); }
.other { background: repeating-linear-gradient(45deg, var(--other) 0 2px, transparent 2px 5px); }
.whole { background: var(--blamed); } .bystander { background: var(--bystander); }
.statement { display: block; line-height: 1.45; }
.tree, .tree ul { list-style: none; margin: 0; padding: 0; } .tree ul { margin-left: .6rem; padding-left: 1.1rem; border-left: 2px solid var(--rule); }
.tree > li + li { margin-top: 1.25rem; }
.tree .node { padding: .5rem 0 .5rem .8rem; border-left: 4px solid transparent; } .tree .blamed { border: 0 !important; } .tree .blamed > .node { border-left-color: var(--blamed); }
.tree .faint { font-size: .9rem; }
details { margin: .5rem 0; } section.more { padding: 0 1.25rem; } .more > details { margin: 0; } .more > details > summary { padding: .9rem 0; } .more > details[open] { padding-bottom: 1rem; }
.more h2 { display: inline; margin: 0; color: var(--link); } .more h2 + .faint { margin-left: .4rem; } .text details, .node details { margin: 0; } .text summary, .node summary { font-size: .85rem; padding: 0; }
summary { cursor: pointer; font-size: .925rem; padding: .2rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .45rem 1rem .45rem 0; border-bottom: 1px solid var(--rule); }
th { color: var(--faint); font-weight: 600; white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
th.number, td.number { text-align: right; white-space: nowrap; } td.text { min-width: 6.6rem; }
th:last-child, td:last-child { padding-right: 0; } th.number:first-child { width: 1%; }
.culprit { border-left: 4px solid var(--rule); padding: .1rem 0 .1rem .9rem; margin: 1rem 0; } .culprit h3 { margin: 0; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.25rem; margin: .5rem 0; }
dl.facts dt { color: var(--faint); } dl.facts dd { margin: 0; }
.incident h2 time { color: var(--faint); font-weight: 400; font-variant-numeric: tabular-nums; margin-right: .6rem; } .incident p { margin: 0; }
.runs { list-style: none; margin: .75rem 0 0; padding: 0; font-size: .875rem; }
.runs li { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr) 7rem minmax(0, 15rem); gap: 1rem; align-items: center; padding: .25rem 0; border-top: 1px solid var(--rule); color: var(--ink); }
.runs time, .runs .slots { font-variant-numeric: tabular-nums; color: var(--faint); } .runs .slots { text-align: right; }
.runs .track { display: flex; height: .6rem; background: var(--rule); border-radius: .3rem; overflow: hidden; } .runs .ghost { opacity: .4; }
.runs .critical .fill, .runs .critical .ghost { background: var(--bad); } .runs .info .fill, .runs .info .ghost { background: var(--good); }
@media (max-width: 40rem) { .runs li { grid-template-columns: minmax(0, 1fr) auto; gap: .2rem .75rem; padding: .5rem 0; } .runs .track { grid-column: 1 / 3; grid-row: 2; } .runs .what { grid-column: 1 / 3; }

  main { padding: 1.1rem .75rem 3rem; } h1 { font-size: 1.35rem; } section, figure { padding: .9rem .85rem; }
  pre, .statement { font-size: .8rem; } .wide { display: none; } .narrow { display: block; }
  .bar { grid-template-columns: minmax(0, 1fr); } .bar .name { grid-row: auto; } .bar .track { margin: .3rem 0 .15rem; }
  .above .bar { grid-template-columns: minmax(0, 1fr); } .above .name { grid-row: auto; }
.short .bar { grid-template-columns: 4.8rem minmax(0, 1fr) 3.6rem; }
  .timeline { display: block; border-left: 2px solid var(--rule); margin-left: .4rem; }
  .timeline li { border: 0; margin: 0; padding: 0 0 .8rem 1.1rem; } .timeline li:last-child { padding-bottom: 0; }
  .timeline li::before { left: -.5rem; top: .3rem; } .timeline time { margin: 0; }
  table.stacks, .stacks :is(thead, tbody, tr, td) { display: block; } .stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacks tr { padding: .5rem 0; border-bottom: 1px solid var(--rule); } .stacks tbody tr:last-child { border-bottom: 0; }
  .stacks td, .stacks td.number { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .75rem; padding: .1rem 0; border: 0; text-align: left; white-space: normal; }
  .stacks td::before { content: attr(data-title); color: var(--faint); }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; } dl.facts dd { margin-bottom: .5rem; } }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  :root { color-scheme: light; } body { background: none; font-size: 10.5pt; } main { max-width: none; padding: 0; }
  pre { max-height: none; } section, figure { break-inside: auto; } figure, .now, tr, .bar { break-inside: avoid; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; } summary { list-style: none; } }
`;
