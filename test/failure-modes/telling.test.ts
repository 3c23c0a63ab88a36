import { expect } from 'vitest';
import { BUCKET, ReportStage } from '../doors/report-stage.ts';
import { faultyReport } from '../support/faulty-bundle.ts';
import { proveRows, type Scenario } from './prove-rows.ts';
import { TELLING } from './rows/telling.ts';
import { ENFORCE_TWO_WINDOWS, TWO_WINDOWS } from './stage.ts';

/** A run that ended well is told by the built bundle with one fault in it. */
function toldWith(where: string, statement: string): Scenario {
  return async (stage) => {
    await stage.fill();
    const proof = await stage.run({ policy: ENFORCE_TWO_WINDOWS });
    if (!('outcome' in proof.told)) return expect.fail('the run left no record');
    const reporting = stage.use(await ReportStage.start());
    const bundle = reporting.use(faultyReport(where, statement)).folder;
    const { published } = await reporting.report(bundle, proof.told);
    expect(published).toHaveLength(1);
    expect([...reporting.s3.objects.keys()].filter((key) => key.endsWith('.json.gz'))).toHaveLength(1);
    expect(published[0]?.message).toContain(`/s3/object/${BUCKET}?`);
    return { ...proof, message: { subject: published[0]?.subject ?? '', text: published[0]?.message ?? '' } };
  };
}

proveRows(
  TELLING,
  {
    loops: toldWith('diagnose', 'for(;;)'),
    fills: toldWith('adviseOn', 'for(const all=[];;)all.push({a:[1,2,3]})'),
    unreadable: toldWith('unpackRecord', 'throw new Error("broken")'),
    index: toldWith('renderIndex', 'throw new Error("broken")'),
  },
  TWO_WINDOWS,
);
