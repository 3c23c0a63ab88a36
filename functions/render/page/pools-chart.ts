import { counted } from '../base/phrases.ts';
import { barList, looksLegend } from './bar-list.ts';
import { figure } from './figure.ts';
import { ownerHtml } from './holders-chart.ts';
import { type Html, html, nameHtml } from './html.ts';
import type { PoolUse } from './pools.ts';

const MOST_HOSTS = 12;

/** What each host holds against what it uses. Null when no pool is to blame. */
export function poolsChart(pools: readonly PoolUse[]): Html | null {
  if (pools.length === 0) return null;
  const most = Math.max(...pools.map(({ held }) => held));
  const bars = pools.slice(0, MOST_HOSTS).map(({ address, group, held, used }) => ({
    name: address === '' ? html`unknown host` : nameHtml(address),
    detail: html`${nameHtml(group.application)} · ${ownerHtml(group)}`,
    parts: [
      { look: 'busy', value: used },
      { look: 'idle', value: held - used },
    ],
    text: `${held} held, ${used} used`,
    isBlamed: true,
  }));
  const rest = pools.slice(MOST_HOSTS);
  const sessions = rest.reduce((sum, { held }) => sum + held, 0);
  const more =
    rest.length === 0
      ? []
      : [
          html`<p class="faint">and ${counted(rest.length, 'more pool')} with ${counted(sessions, 'session')}.</p>`,
        ];
  const keys = looksLegend([
    { look: 'busy', text: 'used within the last 5 s' },
    { look: 'idle', text: 'held, not used' },
  ]);
  return figure('What the pools of each host hold and use', [keys, barList(bars, most), ...more]);
}
