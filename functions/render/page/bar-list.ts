import { type Html, html } from './html.ts';

/** A part of a bar. `look` names its colour and pattern in the style sheet. */
export type BarPart = { readonly look: string; readonly value: number };

export type Bar = {
  readonly name: Html;
  /** The role and database, or what else is below the name. */
  readonly detail: Html | string | null;
  readonly parts: readonly BarPart[];
  /** The bar in numbers, because nothing is told by length or colour alone. */
  readonly text: string;
  readonly isBlamed: boolean;
  /** What can be opened below the bar. */
  readonly more?: Html | null;
};

/**
 * Bars with their names and numbers, as a list that stacks on a phone. `most` is the value of a
 * whole bar. Names stand beside their bars, long ones above them.
 */
export function barList(
  bars: readonly Bar[],
  most: number,
  look: 'beside' | 'above' | 'short' = 'beside',
): Html {
  const items = bars.map(
    ({
      name,
      detail,
      parts,
      text,
      isBlamed,
      more = null,
    }) => html`<li class="bar${isBlamed ? ' blamed' : ''}">
<div class="name">${name}${detailHtml(detail, isBlamed)}</div>
<div class="track">${parts.map(({ look, value }) => partOf(look, value, most))}</div>
<div class="text">${text}${more}</div></li>
`,
  );
  return html`<ul class="bars ${look}">${items}</ul>`;
}

function detailHtml(detail: Bar['detail'], isBlamed: boolean): Html | null {
  const tag = isBlamed ? html`<span class="tag">blamed</span> ` : null;
  return detail === null && tag === null ? null : html`<div class="faint">${tag}${detail}</div>`;
}

function partOf(look: string, value: number, most: number): Html {
  if (value <= 0 || most <= 0) return html``;
  const percent = Math.min(100, Math.round((value * 1_000) / most) / 10);
  return html`<span class="${look}" style="width:${percent}%"></span>`;
}

/** What the looks of the parts mean. */
export function looksLegend(keys: readonly { readonly look: string; readonly text: string }[]): Html {
  const items = keys.map(({ look, text }) => html`<li><span class="key ${look}"></span>${text}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}
