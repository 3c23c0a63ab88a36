import { LineChart, type LineSeriesOption } from 'echarts/charts';
import { GridComponent, type GridComponentOption } from 'echarts/components';
import { type ComposeOption, init, setPlatformAPI, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Html, html, trusted } from './html.ts';
import { textWidth } from './text-width.ts';

use([LineChart, GridComponent, SVGRenderer]);
// Without a screen texts cannot be measured. ECharts would use the widths of one narrow font, so that labels
// lose letters in other fonts.
setPlatformAPI({ measureText: (text, font) => ({ width: textWidth(text, sizeIn(font)) }) });

const USUAL_SIZE = 12;

function sizeIn(font: string | undefined): number {
  return Number(/(\d+)px/.exec(font ?? '')?.[1] ?? USUAL_SIZE);
}

export type ChartOption = ComposeOption<LineSeriesOption | GridComponentOption>;
export type Series = LineSeriesOption;

/** The width of a drawing in pixels. Each chart is drawn in both, and the page shows the one that fits. */
const WIDTHS = { wide: 720, narrow: 340 } as const;

export type Drawing = { readonly height: number; readonly option: ChartOption };

/** The page's own colours, which depend on light or dark mode. ECharts passes them on unchanged. */
export const INK = 'var(--ink)';
export const FAINT = 'var(--faint)';
const RULE = 'var(--rule)';

export const TEXT = { color: INK, fontSize: 12, fontFamily: 'inherit' } as const;

/** Names are data and never templates: no formatter of a chart is a text, and no text style is a rich one. */
const BASE = { animation: false, useUTC: true, textStyle: TEXT, color: INK } as const;

/**
 * A chart, and its content in words for screen readers. `id` is unique in the page, because parts of the
 * drawing use it.
 */
export function chart(id: string, said: string, draw: (width: number) => Drawing): Html {
  const sized = Object.entries(WIDTHS).map(
    ([size, width]) =>
      html`<div class="chart ${size}">${svgOf(`${id}-${size}`, said, width, draw(width))}</div>`,
  );
  return html`${sized}`;
}

function svgOf(id: string, said: string, width: number, { height, option }: Drawing): Html {
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width, height });
  canvas.setOption({ ...BASE, ...option });
  const svg = canvas.renderToSVGString();
  canvas.dispose();
  return trusted(
    svg
      .replace(
        /^<svg [^>]*>/,
        // A function, because `$&` in a text would be replaced.
        () => html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${said}">`.markup,
      )
      // Removes the styles for a mouse pointer. Their class numbers continue through all drawings of the
      // process.
      .replace(/<style *>.*?<\/style>/s, '')
      .replaceAll(/ (ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
      .replaceAll(/("|="url\(#)zr\d+-/g, `$1${id}-`),
  );
}

/** An axis of numbers with a faint line at each number, and without a line of its own. */
export function numbers(most: number) {
  const step = stepFor(most);
  return {
    type: 'value' as const,
    min: 0,
    max: Math.max(step, Math.ceil(most / step) * step),
    interval: step,
    axisLabel: { ...TEXT, color: FAINT },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: RULE } },
  };
}

/** About five steps of 1, 2 or 5 times a power of ten, in whole numbers. */
function stepFor(most: number): number {
  const rough = Math.max(1, most / 5);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}

type Key = { readonly color: string; readonly text: string; readonly line: 'solid' | 'dashed' | 'dotted' };

/** The meaning of the lines of a chart. */
export function legend(keys: readonly Key[]): Html {
  const items = keys.map(
    ({ color, text, line }) =>
      html`<li><span class="line-key ${line}" style="--key: ${color}"></span>${text}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}
