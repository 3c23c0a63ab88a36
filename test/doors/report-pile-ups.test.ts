import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BUNDLES } from '../../functions/contract.ts';
import { pileUp, SHAPES } from '../support/pile-ups.ts';
import { ReportStage } from './report-stage.ts';

/** The largest incidents, through the bundle as it is deployed. */

let stage: ReportStage;
beforeEach(async () => {
  stage = await ReportStage.start();
});
afterEach(() => stage[Symbol.asyncDispose]());

/**
 * The clock ends the work only where the machine gives less than the function's 0.29 of a core: with more, 3.5 s of CPU are
 * used up before 12 s have passed (functions/report/allowance.ts).
 */
const endedByTheClock = ({ message }: { readonly message?: unknown }) =>
  /ended: it took [\d.]+ s, /.test(String(message));

describe.each([2_000, 5_000])('%i sessions with hostile names', (count) => {
  test.each(Object.keys(SHAPES))('%s are told within the budget, and only a machine that is too slow cuts them short', async (shape) => {
    const { invocation, published, named } = await stage.report(BUNDLES.report, pileUp(shape, count));
    expect([invocation.error, invocation.attempts.length]).toEqual([null, 1]);
    expect(named('left-out').filter((each) => !endedByTheClock(each))).toEqual([]);
    expect(published).toHaveLength(1);
    expect(published[0]?.subject).toContain(`${count * 0.8}/${count}`);
    expect(named('told')[0]?.cpuMs).toBeLessThan(3_500);
  });
});
