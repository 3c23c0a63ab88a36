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

describe.each([2_000, 5_000])('%i sessions with hostile names', (count) => {
  test.each(Object.keys(SHAPES))('%s are told whole, within the budget of CPU', async (shape) => {
    const { invocation, published, named } = await stage.report(BUNDLES.report, pileUp(shape, count), 'cpu');
    expect([invocation.error, invocation.attempts.length]).toEqual([null, 1]);
    expect(named('left-out')).toEqual([]);
    expect(published).toHaveLength(1);
    expect(published[0]?.subject).toContain(`${count * 0.8}/${count}`);
    expect(named('told')[0]?.cpuMs).toBeLessThan(3_500);
  });
});
