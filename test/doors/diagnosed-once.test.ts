import { afterEach, beforeEach, expect, test } from 'vitest';
import { faultyReport } from '../support/faulty-bundle.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { ReportStage } from './report-stage.ts';

/** The bundle of `report` as it is deployed, but that each diagnosis writes a line. */
const COUNTED = `console.log('{"event":"diagnosed"}')`;

let stage: ReportStage;
beforeEach(async () => {
  stage = await ReportStage.start();
});
afterEach(() => stage[Symbol.asyncDispose]());

test.each(['recovered', 'refilled', 'partial', 'no-candidates'] as const)(
  'the report of a %s run diagnoses once for its summary, message and page',
  async (outcome) => {
    const { folder } = stage.use(faultyReport('diagnose', COUNTED));
    const { published, named } = await stage.report(folder, INCIDENTS[outcome]());
    expect(published).toHaveLength(1);
    expect([...stage.s3.objects.keys()].some((key) => key.endsWith('.html'))).toBe(true);
    expect(named('diagnosed')).toHaveLength(1);
  },
);
