import { type Html, html } from './html.ts';

/** A chart with its caption. `table` has its numbers, where the chart itself does not show them. */
export function figure(caption: string, drawn: readonly Html[], table: Html | null = null): Html {
  const numbers = table === null ? null : html`<details><summary>The numbers</summary>${table}</details>`;
  return html`<figure>
<figcaption>${caption}</figcaption>
${drawn}${numbers}
</figure>
`;
}
