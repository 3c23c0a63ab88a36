import { cleanName } from '../../core/base/clean-text.ts';
import { type Refused, refusalsIn } from '../../core/trigger/log-lines.ts';
import type { Trigger } from '../../core/trigger/trigger.ts';
import { counted } from '../base/phrases.ts';
import { reasonOf } from '../message/refused-text.ts';
import { barList } from './bar-list.ts';
import type { Blame } from './blame.ts';
import { figure } from './figure.ts';
import { type Html, html, nameHtml } from './html.ts';

/** Refusals of the clients of one address. */
export type RefusedAddress = {
  /** Null where the log does not tell, or where a long list was cut. */
  readonly address: string | null;
  readonly clients: readonly Refused[];
  readonly count: number;
  /** While they lasted, over at least one second. */
  readonly perSecond: number;
  readonly isBlamed: boolean;
};

const MOST_ADDRESSES = 10;

/** Which addresses were refused how often, the most frequent first. */
export function refusedAddresses(
  refused: readonly Refused[],
  { isBlamedRole }: Blame,
): readonly RefusedAddress[] {
  const isOf = ({ user }: Refused) => user !== null && isBlamedRole(user);
  return [...Map.groupBy(refused, ({ address, clients }) => (clients > 1 ? null : address))]
    .map(([address, clients]) => ({
      address,
      clients,
      count: refusalsIn(clients),
      perSecond: rateOf(clients),
      isBlamed: clients.some(isOf),
    }))
    .toSorted((a, b) => b.count - a.count);
}

function rateOf(clients: readonly Refused[]): number {
  const first = Math.min(...clients.map((each) => Date.parse(each.first)));
  const last = Math.max(...clients.map((each) => Date.parse(each.last)));
  return (refusalsIn(clients) * 1_000) / Math.max(1_000, last - first);
}

/** Refusals a second by address. Null when the trigger has no log lines. */
export function refusalsChart(trigger: Trigger, blame: Blame): Html | null {
  if (trigger.kind !== 'log-lines' || trigger.refused.length === 0) return null;
  const all = refusedAddresses(trigger.refused, blame);
  const shown = all.slice(0, MOST_ADDRESSES);
  const most = Math.max(...shown.map(({ perSecond }) => perSecond));
  const bars = shown.map((each) => ({
    name: each.address === null ? html`other clients` : nameHtml(each.address),
    detail: clientsText(each.clients),
    parts: [{ look: each.isBlamed ? 'whole' : 'bystander', value: each.perSecond }],
    text: `${rateText(each.perSecond)} · ${counted(each.count, 'refusal')} · ${reasonsText(each.clients)}`,
    isBlamed: each.isBlamed,
  }));
  const rest = all.length - shown.length;
  const more =
    rest > 0 ? [html`<p class="faint">and ${counted(rest, 'more address', 'more addresses')}.</p>`] : [];
  return figure('Refusals a second, by address', [barList(bars, most), ...more]);
}

function rateText(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)} a second`;
}

function clientsText(clients: readonly Refused[]): string {
  const named = (name: string | null) => (name === null ? '?' : cleanName(name));
  const names = clients.map((each) =>
    each.clients > 1 ? `${each.clients} others` : `${named(each.user)}@${named(each.database)}`,
  );
  return [...new Set(names)].join(', ');
}

function reasonsText(clients: readonly Refused[]): string {
  return [...new Set(clients.map(reasonOf))].join(', ');
}
