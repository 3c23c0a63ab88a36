import { describe, expect, test } from 'vitest';
import { html, trusted } from '../../../functions/render/page/html.ts';

describe('markup by template', () => {
  test('escapes every text and number that is put into it', () => {
    expect(html`<p title="${`"'`}">${'<b>&amp;'} ${7}</p>`.markup).toBe(
      '<p title="&quot;&#39;">&lt;b&gt;&amp;amp; 7</p>',
    );
  });

  test('takes markup as it is, alone and in lists, and null for nothing', () => {
    const item = (text: string) => html`<li>${text}</li>`;
    expect(html`<ul>${[item('a'), item('<')]}${null}${trusted('<hr>')}</ul>`.markup).toBe(
      '<ul><li>a</li><li>&lt;</li><hr></ul>',
    );
  });
});
