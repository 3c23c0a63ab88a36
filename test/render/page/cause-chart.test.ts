import { describe, expect, test } from 'vitest';
import { CAUSES } from '../../../functions/core/diagnosis/cause.ts';
import { CHART_OF, causeChart } from '../../../functions/render/page/cause-chart.ts';
import { INCIDENTS } from '../../support/incidents.ts';
import { factsOfPage, RECORDED, recorded } from '../../support/page-facts.ts';

describe('the chart of a page', () => {
  test.each([...RECORDED])('of %s is the one that its cause needs', (_, facts) => {
    const cause = facts.diagnosis?.cause ?? 'unclear';
    expect(causeChart(facts)?.kind).toBe(CHART_OF[cause]);
  });

  test('of each cause is one of seven', () => {
    expect(new Set(CAUSES.map((cause) => CHART_OF[cause])).size).toBe(7);
  });

  test('shows slots by program and state when the facts for another chart are missing', () => {
    const storm = recorded('reconnect-storm-no-pool');
    const facts = factsOfPage({ ...storm, trigger: { kind: 'manual', at: null } });
    const { diagnosis } = factsOfPage(storm);
    expect(causeChart({ ...facts, diagnosis })?.kind).toBe('holders');
  });

  test('is missing when no session was seen', () => {
    expect(causeChart(factsOfPage(INCIDENTS['cannot-connect']()))).toBeNull();
  });
});
