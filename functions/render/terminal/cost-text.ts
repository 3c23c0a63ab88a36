import type { DeclaredCost } from '../../core/declaration/declared-cost.ts';
import { total } from '../../core/declaration/monthly-cost.ts';
import { PRICES_AS_OF } from '../../core/declaration/prices.ts';
import { counted } from '../base/phrases.ts';
import type { Paint } from './paint.ts';
import { type Heading, textTable } from './text-table.ts';

/** A stage with its region, or a region without stages, and what it costs. */
export type CostPlace = {
  readonly stage: string | null;
  readonly region: string;
  readonly cost: DeclaredCost;
};

const HEADINGS: readonly Heading[] = [
  { title: 'what', align: 'left', most: 40 },
  { title: '$ a month', align: 'right' },
];

/** One sum for each place, with its parts. */
export function renderCost(places: readonly CostPlace[], paint: Paint): string {
  const sections = places.map((place) => sectionOf(place, paint));
  const sum = places.reduce((all, { cost }) => all + cost.together, 0);
  const all = places.length > 1 ? [paint('title', `All together: $${sum.toFixed(2)} a month.`)] : [];
  const basis = `List prices of us-east-1 as of ${PRICES_AS_OF}, before any free tier. Other regions differ. Records, messages and runs after a refusal are cents, and left out.`;
  return [...sections, ...all, basis].join('\n\n');
}

function sectionOf({ stage, region, cost }: CostPlace, paint: Paint): string {
  const where = stage === null ? `Region ${region}` : `Stage ${stage}, region ${region}`;
  const title = `${where}: $${cost.together.toFixed(2)} a month for ${counted(cost.servers.length, 'server')}`;
  const servers = cost.servers.map(({ name, together }) => [name, together] as const);
  const parts = Object.keys(cost.servers[0]?.parts ?? {}).map(
    (part) =>
      [
        `  ${part}`,
        cost.servers.reduce((sum, { parts: own }) => sum + own[part as keyof typeof own], 0),
      ] as const,
  );
  const rows = [
    ...servers,
    ['servers, together', servers.reduce((sum, [, dollars]) => sum + dollars, 0)] as const,
    ...parts,
    ['reporting, once', total(cost.reporting)] as const,
    ...Object.entries(cost.reporting).map(([part, dollars]) => [`  ${part}`, dollars] as const),
    ['together', cost.together] as const,
  ];
  const shown = rows
    .filter(([what, dollars]) => !what.startsWith('  ') || dollars >= 0.005)
    .map(([what, dollars]) => [what, dollars.toFixed(2)]);
  const more =
    cost.endpoints === 0
      ? []
      : [
          `And $${cost.endpoints.toFixed(2)} if the VPCs of servers with a secret have neither a NAT gateway nor an endpoint for Secrets Manager.`,
        ];
  return [paint('title', title), '', ...textTable(HEADINGS, shown, paint), ...more].join('\n');
}
