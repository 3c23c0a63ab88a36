import { type Html, html } from './html.ts';

/** A section that is closed until people open it. On paper it is open. */
export function fold(title: string, hint: string, content: Html): Html {
  const more = hint === '' ? null : html`<span class="faint">${hint}</span>`;
  return html`<section class="more"><details><summary><h2>${title}</h2>${more}</summary>
${content}</details></section>
`;
}
