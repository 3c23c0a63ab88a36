import type { Cause } from '../../core/diagnosis/cause.ts';
import { holderRows } from './holder-rows.ts';
import { holdersChart } from './holders-chart.ts';
import type { Html } from './html.ts';
import { leakOf } from './leak.ts';
import { leakChart } from './leak-chart.ts';
import { limitChart } from './limit-chart.ts';
import { limitUseOf } from './limit-use.ts';
import { lockTreeChart } from './lock-tree-chart.ts';
import type { PageFacts } from './page-facts.ts';
import { poolsOf } from './pools.ts';
import { poolsChart } from './pools-chart.ts';
import { refusalsChart } from './refusals-chart.ts';
import { statementsChart } from './statements-chart.ts';

/** The charts, of which each cause needs one. */
export type ChartKind = 'leak' | 'statements' | 'locks' | 'refusals' | 'limit' | 'pools' | 'holders';

/** The chart by which people see this cause. */
export const CHART_OF: Readonly<Record<Cause, ChartKind>> = {
  'connection-leak': 'leak',
  'slow-queries': 'statements',
  'lock-pile-up': 'locks',
  'reconnect-storm': 'refusals',
  'role-limit': 'limit',
  'database-limit': 'limit',
  'replication-limit': 'limit',
  'oversized-idle-pools': 'pools',
  'pooler-oversized': 'pools',
  'session-per-request': 'holders',
  'traffic-spike': 'holders',
  'idle-in-transaction': 'holders',
  'clients-owe-input': 'holders',
  'developer-tools': 'holders',
  'monitoring-hog': 'holders',
  'dead-clients': 'holders',
  'half-open-clients': 'holders',
  'limit-too-low': 'holders',
  unclear: 'holders',
};

export type CauseChart = { readonly kind: ChartKind; readonly drawn: Html };

/** The one chart that the cause needs. Without the facts for it, slots by program and state. */
export function causeChart(facts: PageFacts): CauseChart | null {
  const kind = CHART_OF[facts.diagnosis?.cause ?? 'unclear'];
  const drawn = drawnAs(kind, facts);
  if (drawn !== null) return { kind, drawn };
  const holders = drawnAs('holders', facts);
  return holders && { kind: 'holders', drawn: holders };
}

function drawnAs(kind: ChartKind, facts: PageFacts): Html | null {
  const { record, ranking, blame } = facts;
  switch (kind) {
    case 'leak': {
      const leak = leakOf(facts);
      return leak && leakChart(leak);
    }
    case 'statements':
      return statementsChart(facts);
    case 'locks':
      return record.snapshot && lockTreeChart(record.snapshot, blame);
    case 'refusals':
      return refusalsChart(record.trigger, blame);
    case 'limit': {
      const use = limitUseOf(facts);
      return use && limitChart(use);
    }
    case 'pools':
      return poolsChart(poolsOf(facts));
    case 'holders':
      return ranking === null || ranking.used === 0 ? null : holdersChart(holderRows(ranking, blame));
    default: {
      const never: never = kind;
      return never;
    }
  }
}
