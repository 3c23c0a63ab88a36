import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { faultyReport } from '../support/faulty-bundle.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import { BUCKET, ReportStage } from './report-stage.ts';

/** The bundle of `report` as it is deployed, but for one fault in one of its functions. */

const KEY = 'records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2';
/** Counted from the handler's start to the message; in a function of 512 MB it passes within 17 s. */
const MOST_CPU_MS = 5_000;

let stage: ReportStage;
beforeEach(async () => {
  stage = await ReportStage.start();
});
afterEach(() => stage[Symbol.asyncDispose]());

const WAIT = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0)';

/** Only a wait takes no CPU: with all others the clock goes by CPU, so that a slow machine gives them the time of a quick one. */
const reportedWith = (where: string, statement: string) =>
  stage.report(
    stage.use(faultyReport(where, statement)).folder,
    INCIDENTS.partial(),
    statement === WAIT ? 'machine' : 'cpu',
  );

const LOOP = 'for(;;)';
const THROW = 'throw new Error("broken")';
/** They fill memory on the heap, in few large pieces, and beside it, where V8's limits do not count. */
const FILL = {
  objects: 'for(const all=[];;)all.push({a:[1,2,3]})',
  'a map': 'for(let all=new Map(),i=0;;i++)all.set(i,i)',
  buffers: 'for(const all=[];;)all.push(Buffer.alloc(1e6,1))',
  'one list that doubles': 'for(let all=[1];;)all=all.concat(all)',
};

type Fault = readonly [where: string, how: string, statement: string, says: string];

const FAULTS: readonly Fault[] = [
  ['unpackRecord', 'throws', THROW, 'The record of this run could not be read. broken'],
  ['unpackRecord', 'loops for ever', LOOP, 'The record of this run could not be read.'],
  ['diagnose', 'loops for ever', LOOP, 'The cause could not be worked out.'],
  ['diagnose', 'waits for ever', WAIT, '12.0 s'],
  ['diagnose', 'ends its process', 'process.exit(3)', 'The cause could not be worked out.'],
  ['adviseOn', 'throws', THROW, 'The message could not be written in full. broken'],
  ['adviseOn', 'loops for ever', LOOP, 'The message could not be written in full.'],
  ['adviseOn', 'calls itself for ever', '(function f(){f();f()})()', 'The message could not be written'],
  ['renderExplained', 'throws', THROW, 'The message could not be written in full. broken'],
  ['renderExplained', 'loops for ever', LOOP, 'The message could not be written in full.'],
  [
    'renderExplained',
    'answers with 1 MB',
    'return {subject:"x",text:"x".repeat(1e6),chat:{version:"1.0",id:"x"},attributes:{}}',
    'The message was too large',
  ],
  ...Object.entries(FILL).map(
    // Memory or CPU is used up first, as the machine has it.
    ([what, statement]) => ['diagnose', `fills memory with ${what}`, statement, ' are allowed'] as const,
  ),
];

const PAGE_FAULTS: readonly Fault[] = [
  ['renderExplainedPage', 'throws', THROW, 'broken'],
  ['leakChart', 'loops for ever', LOOP, 'The work on the record was ended: it took '],
];

/** Loops take all the CPU that they get. Outside CI there is one of them, and memory is filled in one way. */
const isHungry = ([, , statement]: Fault) => statement.startsWith('for(');
const isChosen = (fault: Fault) => /^diagnose,(loops|.*buffers)/.test(String(fault));
const wanted = (faults: readonly Fault[]) =>
  faults.filter((fault) => IS_THOROUGH || !isHungry(fault) || isChosen(fault));

describe('the message is a short message, and within 5 s of CPU, when', () => {
  test.each(wanted(FAULTS))('%s %s', async (where, _, statement, says) => {
    const { invocation, published, named } = await reportedWith(where, statement);
    expect([invocation.error, invocation.attempts.length]).toEqual([null, 1]);
    expect(published).toHaveLength(1);
    const [message] = published;
    const text = message?.message.replace(/\s+/g, ' ');
    expect(message?.subject).toBe('[critical] orders partial 56/57: 6 sessions ended, short message');
    expect(text).toContain(says);
    expect(text).toContain('8 sessions were told to end: 8 of billing-worker.');
    expect(message?.message).toContain(`&prefix=${KEY}.json.gz\n`);
    expect(stage.s3.objects.has(`${BUCKET}/${KEY}.json.gz`)).toBe(true);
    expect(named('told')[0]?.cpuMs).toBeLessThan(MOST_CPU_MS);
  });
});

describe('the rest is told as ever, and says what is left out, when', () => {
  test('diagnose throws: the message has no cause', async () => {
    const { published, lines } = await reportedWith('diagnose', THROW);
    expect(published[0]?.subject).toContain(
      'still almost full 56/57: 41 by billing-worker, 6 idle sessions ended',
    );
    expect(published[0]?.message).toMatch(/^The cause could not be worked out. broken/m);
    expect(lines).toContainEqual(expect.objectContaining({ ReportsCutShort: 1 }));
  });

  test.each(wanted(PAGE_FAULTS))(
    '%s %s: the page says so in its place',
    async (where, _, statement, says) => {
      const { published, lines } = await reportedWith(where, statement);
      expect(published[0]?.subject).toContain('billing-worker leaks');
      const page = stage.s3.objects.get(`${BUCKET}/${KEY}.html`)?.body.toString();
      expect(page).toContain('The page could not be drawn.');
      expect(page).toContain(says);
      expect(lines).toContainEqual(expect.objectContaining({ ReportsCutShort: 1 }));
    },
  );
});

test('a record that could not be read is kept as it came', async () => {
  await reportedWith('unpackRecord', THROW);
  const kept = stage.s3.objects.get(`${BUCKET}/${KEY}.json.gz`)?.body ?? '';
  expect(JSON.parse(gunzipSync(kept).toString())).toEqual(packRecord(INCIDENTS.partial()));
});
