/**
 * The style of the page. Colours are named once for light and once for dark mode. Every pair of text and
 * background has contrast AA.
 */
export const STYLE = `
:root { color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1d2326; --faint: #566067; --rule: #dcdfe0; --code: #f1f2f1;
  --link: #0b5a8a; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3c; --calm: #2b5f8a;
  --busy: #2a6fb0; --idle: #c27c1f; --in-tx: #9a4fa8; --other: #8b959b; --ended: #c4473c; --stays: #7d95a5;
  --line-1: #c05a12; --line-2: #2a6fb0; --line-3: #4b8a3f;
  --full: #c4473c; --between: #c27c1f; --relieved: #4b8a3f; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14181a; --card: #1c2124; --ink: #e4e8e9; --faint: #a3adb3; --rule: #353c40; --code: #262c30;
  --link: #7cc0ee; --bad: #ff8a80; --warn: #f0b95a; --good: #7fcf98; --calm: #8fc1ea;
  --busy: #5aa2e0; --idle: #e5a44d; --in-tx: #c58ad2; --other: #79848a; --ended: #e8766b; --stays: #5d7382;
  --line-1: #ef9a5c; --line-2: #6fb1ec; --line-3: #8bc77d;
  --full: #e8766b; --between: #e5a44d; --relieved: #7fbf8a; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; overflow-x: clip; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .35rem 0 .5rem; overflow-wrap: anywhere; text-wrap: pretty; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
p, li, dd, figcaption { overflow-wrap: anywhere; }
p { margin: .5rem 0; }
.faint, .kicker, figcaption + .legend { color: var(--faint); }
.kicker { margin: 0; font-size: .9rem; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: .05rem .7rem; font-size: .85rem; font-weight: 600; margin: 0 .4rem .3rem 0; }
.critical { color: var(--bad); } .warning { color: var(--warn); } .info { color: var(--good); } .observed { color: var(--calm); }
.notice { border-left: 4px solid var(--calm); background: var(--card); padding: .6rem .9rem; margin: 1rem 0; }
.notice.trouble { border-color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; }
.tiles > div { background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; padding: .7rem .9rem; }
.tiles dt { color: var(--faint); font-size: .85rem; } .tiles dd { margin: 0; font-size: 1.35rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles dd.small { font-size: .85rem; font-weight: 400; color: var(--faint); line-height: 1.4; }
figure { margin: 1.5rem 0; background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; padding: .9rem 1rem; }
figcaption { font-weight: 600; margin-bottom: .35rem; }
.chart svg { display: block; width: 100%; height: auto; font-family: inherit; }
.narrow { display: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; padding: 0; margin: .25rem 0 .6rem; font-size: .875rem; color: var(--faint); }
.key { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; vertical-align: -.08rem; border-radius: 2px; }
.key.area { background: var(--key); }
.key.solid, .key.dashed { width: 1.4rem; height: 0; border-radius: 0; border-top: 2px solid var(--key); vertical-align: .28rem; }
.key.dashed { border-top-style: dashed; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--link); font-size: .925rem; padding: .2rem 0; }
.scroll { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--rule); }
th { color: var(--faint); font-weight: 600; white-space: nowrap; }
th.number, td.number { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
th.number:first-child { width: 1%; }
td.text { min-width: 5.5rem; overflow-wrap: anywhere; }
.group { min-width: 8.5rem; }
pre { background: var(--code); border-radius: .4rem; padding: .7rem .8rem; margin: .4rem 0 .8rem; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.paste { user-select: all; -webkit-user-select: all; }
.culprit { background: var(--card); border: 1px solid var(--rule); border-left: 4px solid var(--line-1); border-radius: .5rem; padding: .8rem 1rem; margin: .75rem 0; }
.culprit h3 { margin: 0 0 .25rem; }
.share { float: right; font-weight: 650; font-variant-numeric: tabular-nums; margin-left: 1rem; }
ol.advice { padding-left: 1.4rem; } ol.advice > li { margin: .9rem 0; padding-left: .2rem; }
.undo { font-size: .875rem; color: var(--faint); margin: 0; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: .5rem 0; }
dl.facts dt { color: var(--faint); } dl.facts dd { margin: 0; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } main { padding: 1rem .75rem 3rem; } h1 { font-size: 1.3rem; }
  figure { padding: .75rem .6rem; } table { font-size: .85rem; } th, td { padding-right: .6rem; } dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: .5rem; } }
@media print { body { background: none; font-size: 11pt; } main { max-width: none; } figure, .culprit, tr { break-inside: avoid; } .scroll { overflow: visible; } }
`;
