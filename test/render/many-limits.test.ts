import { describe, expect, test } from 'vitest';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { aPolicy, aSession, aSnapshot, HOUR } from '../support/builders.ts';
import { runOf } from '../support/records.ts';
import { renderPage } from '../support/render-page.ts';

/** So many roles at their limits of two sessions. */
function limited(count: number) {
  const roles = Array.from({ length: count }, (_, at) => ({ name: `tenant_${at}`, limit: 2 }));
  const sessions = roles.flatMap(({ name: user }, at) =>
    [0, 1].map((second) =>
      aSession({ pid: 2 * at + second + 1, user, application: 'api', stateAgeMs: 2 * HOUR }),
    ),
  );
  const slots = { max: 5_000, superuserReserved: 3, roles };
  const policy = aPolicy({ mode: 'enforce', limits: { maxPercent: 100, maxVictims: 5_000 } });
  return runOf({ snapshot: aSnapshot({ sessions, slots }), policy });
}

const chartsIn = (page: string) => page.match(/<figcaption>CONNECTION LIMIT of role tenant_\d+/g)?.length;

describe('Hundreds of limits that are reached at once', () => {
  const [many, few] = [limited(300), limited(20)];

  test('are told by the first twenty, and how many more there are', () => {
    const text = fullTextOf(many);
    expect(text.match(/CONNECTION LIMIT of role/g)).toHaveLength(20);
    expect(text.match(/And 280 more limits\./g)).toHaveLength(2);
    expect(fullTextOf(few)).not.toContain('more limit');
  });

  test('have one chart on the page, of the first, and the rest are counted', () => {
    const [page, other] = [many, few].map((record) => renderPage({ ...record, reduced: [] }));
    expect([chartsIn(page ?? ''), chartsIn(other ?? '')]).toEqual([1, 1]);
    expect(page).toContain('And 280 more limits.');
  });
});
