import { cleanName } from '../../core/base/clean-text.ts';
import { barList, looksLegend } from './bar-list.ts';
import { figure } from './figure.ts';
import { kindsIn } from './holder-rows.ts';
import { namesOf } from './holders-chart.ts';
import { type Html, html } from './html.ts';
import type { LimitName, LimitUse } from './limit-use.ts';
import { KIND_WORDS, kindsText, STATE_KINDS } from './state-kinds.ts';

/** The bar of a limit, and the programs that fill it. */
export function limitChart({ name, used, holders }: LimitUse): Html {
  const { rows, usable: limit } = holders;
  const most = Math.max(limit, used);
  const whole = {
    name: html`<strong>the limit</strong>`,
    detail: null,
    parts: rows.map(({ isBlamed, sessions }) => ({
      look: isBlamed ? 'whole' : 'bystander',
      value: sessions,
    })),
    text: limit > 0 ? `${used} of ${limit}${used >= limit ? ', none is free' : ''}` : `${used} used`,
    isBlamed: false,
  };
  const bars = rows.map((row) => ({
    ...namesOf(row.groups),
    parts: STATE_KINDS.map((kind) => ({ look: kind, value: row.counts[kind] })),
    text: `${row.sessions} · ${kindsText(row.counts)}`,
    isBlamed: row.isBlamed,
  }));
  const keys = kindsIn(rows).map((kind) => ({ look: kind, text: KIND_WORDS[kind] }));
  return figure(titleOf(name), [looksLegend(keys), barList([whole, ...bars], most)]);
}

function titleOf(name: LimitName): string {
  switch (name.kind) {
    case 'walsenders':
      return 'max_wal_senders of the server';
    case 'role':
    case 'database':
      return `CONNECTION LIMIT of ${name.kind} ${cleanName(name.name)}`;
    default: {
      const never: never = name;
      return never;
    }
  }
}
