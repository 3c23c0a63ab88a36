import { type Fleet, monthlyCost, total } from '../../functions/core/declaration/monthly-cost.ts';
import { markdownTable, number } from './measure.ts';

const SIZES = [1, 100, 10_000];
/** The declared defaults, with IAM. It assumes that a quiet run takes so long with its share of a CPU. */
const DEFAULT: Omit<Fleet, 'servers'> = {
  everyMinutes: 5,
  metrics: 'few',
  login: 'iam',
  trigger: 'metric-filter',
  endpointZones: 0,
  memoryMb: 1_024,
  runMs: 150,
};
const KNOBS: readonly { readonly what: string; readonly turned: Partial<Omit<Fleet, 'servers'>> }[] = [
  { what: 'metrics `none`', turned: { metrics: 'none' } },
  { what: 'metrics `all`', turned: { metrics: 'all' } },
  { what: 'a subscription instead of the alarm on refusals', turned: { trigger: 'subscription' } },
  { what: 'a run each minute', turned: { everyMinutes: 1 } },
  { what: 'a run each hour', turned: { everyMinutes: 60 } },
  { what: 'a secret, and one endpoint in two zones', turned: { login: 'secret', endpointZones: 2 } },
  { what: '512 MB for `remediate`', turned: { memoryMb: 512, runMs: 200 } },
];

/** Calculates dollars a month by component, and the difference that each choice makes. */
export async function benchCost(): Promise<string> {
  const costs = SIZES.map((servers) => monthlyCost({ ...DEFAULT, servers }));
  const components = Object.keys(costs[0] ?? {}) as (keyof ReturnType<typeof monthlyCost>)[];
  const heads = SIZES.map((servers) => `${number(servers)} ${servers === 1 ? 'server' : 'servers'}`);
  const turned = KNOBS.map(({ what, turned: knob }) => [
    what,
    ...SIZES.map((servers, at) => {
      const cost = costs[at];
      const change =
        total(monthlyCost({ ...DEFAULT, ...knob, servers })) - (cost === undefined ? 0 : total(cost));
      return `${change < 0 ? '−' : '+'}${number(Math.abs(change), 2)}`;
    }),
  ]);
  return [
    markdownTable([
      ['$ a month', ...heads],
      ...components.map((component) => [component, ...costs.map((cost) => number(cost[component], 2))]),
      ['**together**', ...costs.map((cost) => `**${number(total(cost), 2)}**`)],
    ]),
    '',
    markdownTable([['what a choice changes', ...heads], ...turned]),
  ].join('\n');
}
