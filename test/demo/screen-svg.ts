import type { Drawn, Look, Span } from './screen.ts';

const CELL = { width: 7.8, height: 17, font: 13, margin: 14 } as const;
const COLORS: Readonly<Record<Look, string>> = {
  usual: '#d6dbe1',
  bold: '#ffffff',
  dim: '#8b95a1',
  red: '#ff7b72',
  green: '#56d364',
  cyan: '#76d9e6',
};
/** A pause is no longer than this, and lines that come at once appear one after the other, so that they can be read. */
const PACE = { longestMs: 350, leastMs: 110, endMs: 7_000 } as const;
/** A line that is drawn again and again shows this often. */
const REDRAW_MS = 300;

type Version = Drawn & { readonly untilMs: number | null };
type Size = { readonly columns: number; readonly rows: number };

/** An animated picture of a screen, without scripts. Where nothing moves it shows the end. */
export function screenSvg(drawn: readonly Drawn[], { columns, rows }: Size): string {
  const paced = pace(thin(drawn));
  const totalMs = (paced.at(-1)?.atMs ?? 0) + PACE.endMs;
  const share = (ms: number) => `${((ms / totalMs) * 100).toFixed(2)}%`;
  const versions = versionsOf(paced).filter(({ spans }) => spans.some(({ text }) => text.trim() !== ''));
  const timing = `${(totalMs / 1_000).toFixed(1)}s step-end infinite`;
  const keyframes = versions.map(
    ({ atMs, untilMs }, at) =>
      `@keyframes v${at}{0%{opacity:0}${share(atMs)}{opacity:1}${untilMs === null ? '' : `${share(untilMs)}{opacity:0}`}}`,
  );
  const scrolled = scrollOf(paced, rows);
  const scroll = scrolled.map(
    ({ atMs, top }) => `${share(atMs)}{transform:translateY(${-top * CELL.height}px)}`,
  );
  const last = (scrolled.at(-1)?.top ?? 0) * CELL.height;
  const [width, height] = [
    Math.ceil(columns * CELL.width + 2 * CELL.margin),
    rows * CELL.height + 2 * CELL.margin,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><title>npm run demo</title>
<style>text{font:${CELL.font}px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:${COLORS.usual}}
${lookRules()}
#s{transform:translateY(${-last}px)}
@keyframes scroll{0%{transform:none}${scroll.join('')}}
.w{opacity:0}
${keyframes.join('\n')}
@media (prefers-reduced-motion:no-preference){#s{animation:scroll ${timing}}
${versions.map((_, at) => `#v${at}{animation:v${at} ${timing}}`).join('')}}</style>
<rect width="${width}" height="${height}" rx="8" fill="#14181d"/>
<clipPath id="c"><rect width="${width - 2 * CELL.margin}" height="${rows * CELL.height}"/></clipPath>
<g transform="translate(${CELL.margin} ${CELL.margin})" clip-path="url(#c)"><g id="s">
${versions.map(textOf).join('\n')}
</g></g></svg>
`;
}

function lookRules(): string {
  const rules = Object.entries(COLORS).map(([look, color]) => `.${look}{fill:${color}}`);
  return `${rules.join('')}.bold{font-weight:700}`;
}

function textOf({ row, spans, untilMs }: Version, at: number): string {
  const wanes = untilMs === null ? '' : ' class="w"';
  const y = (row + 0.75) * CELL.height;
  return `<text id="v${at}"${wanes} y="${y}">${spanned(spans)}</text>`;
}

/** Each span begins at its own column, whatever font there is. */
function spanned(spans: readonly Span[]): string {
  let column = 0;
  return spans
    .map(({ text, look }) => {
      const begin = column + (text.length - text.trimStart().length);
      column += text.length;
      const shown = text.trim();
      if (shown === '') return '';
      const length = ` textLength="${(shown.length * CELL.width).toFixed(1)}"`;
      const kind = look === 'usual' ? '' : ` class="${look}"`;
      return `<tspan x="${(begin * CELL.width).toFixed(1)}"${kind}${length}>${escaped(shown)}</tspan>`;
    })
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Without most of the turns of a line that is drawn again. */
function thin(drawn: readonly Drawn[]): readonly Drawn[] {
  const kept: Drawn[] = [];
  for (const [at, each] of drawn.entries()) {
    const isLast = drawn[at + 1]?.row !== each.row;
    const before = kept.at(-1);
    if (isLast || before?.row !== each.row || each.atMs - before.atMs >= REDRAW_MS) kept.push(each);
  }
  return kept;
}

function pace(drawn: readonly Drawn[]): readonly Drawn[] {
  let [now, before] = [0, 0];
  return drawn.map((each) => {
    now += Math.min(PACE.longestMs, Math.max(PACE.leastMs, each.atMs - before));
    before = each.atMs;
    return { ...each, atMs: now };
  });
}

function versionsOf(drawn: readonly Drawn[]): readonly Version[] {
  return drawn.map((each, at) => {
    const next = drawn.slice(at + 1).find(({ row }) => row === each.row);
    return { ...each, untilMs: next?.atMs ?? null };
  });
}

/** The top row from each moment on at which the screen scrolls. */
function scrollOf(
  drawn: readonly Drawn[],
  rows: number,
): readonly { readonly atMs: number; readonly top: number }[] {
  let top = 0;
  return drawn.flatMap(({ atMs, row }) => {
    if (row - rows + 1 <= top) return [];
    top = row - rows + 1;
    return [{ atMs, top }];
  });
}
