import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { IncidentIndex } from '../../functions/core/incident/incident-index.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import { placeOf } from '../../functions/core/run/kept-record.ts';
import { renderIndex } from '../../functions/render/page/render-index.ts';
import { packIndex, readIndex } from '../../functions/report/index-file.ts';
import { destinationEnvelope } from '../support/destination-envelope.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';
import { runHeadroom } from './run-headroom.ts';

const BUCKET = 'records-of-pg-headroom';
const ENFORCED: KeptRecord = { ...INCIDENTS.recovered(), reduced: [] };
const OTHER: KeptRecord = {
  ...ENFORCED,
  runId: '00000000-0000-4000-8000-000000000001',
  server: 'shop',
  startedAt: '2026-11-22T04:00:00.000Z',
};
const VICTIM = ENFORCED.plan?.victims[0]?.session;
const SPARED = ENFORCED.plan?.spared.find(({ session }) => session.application === 'storefront');

let folder: string;
let s3: LoopbackS3;

/** As `report` writes it, with a link to the page of one run. */
const INDEX: IncidentIndex = {
  incidents: [
    {
      ...{ id: ENFORCED.runId, server: 'orders', openedAt: ENFORCED.startedAt, closedAt: null, ended: 10 },
      ...{ cause: 'connection-leak', culprit: 'billing-worker', runCount: 1, runs: [] },
    },
  ],
};

const keptIn = (place: string) => {
  for (const server of ['orders', null]) {
    const key = `index/${server === null ? '' : `${server}/`}index.html`;
    const page = renderIndex(INDEX, { server, up: null, data: packIndex(INDEX), urlOf: () => null });
    s3.put(`${BUCKET}/${key}`, { contentType: 'text/html; charset=utf-8', body: Buffer.from(page) });
    mkdirSync(dirname(join(place, key)), { recursive: true });
    writeFileSync(join(place, key), page);
  }
  for (const record of [ENFORCED, OTHER])
    for (const [ending, body] of [
      ['.json.gz', gzipSync(JSON.stringify(record))],
      ['.html', Buffer.from('page')],
    ] as const) {
      const key = `records/${placeOf(record)}${ending}`;
      s3.put(`${BUCKET}/${key}`, { contentType: 'application/gzip', body });
      mkdirSync(dirname(join(place, key)), { recursive: true });
      writeFileSync(join(place, key), body);
    }
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-records-'));
  s3 = await startLoopbackS3([BUCKET]);
});
beforeEach(() => keptIn(folder));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await s3[Symbol.asyncDispose]();
});

const headroom = (...args: readonly string[]) => runHeadroom(args, { environment: s3.environment });
/** All fixtures are of this month. */
const SINCE = ['--since', '2026-11-01'] as const;

describe.each([
  ['a folder', () => folder],
  ['a bucket', () => `s3://${BUCKET}`],
])('headroom runs on %s', (_, placeAt) => {
  test('lists kept runs, the newest first', async () => {
    const { code, stdout } = await headroom('runs', placeAt(), ...SINCE);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^2 runs[^\n]*\n[^\n]*began[^\n]*\n +2026-11-22 04:00:00 +shop[^\n]*\n +2026-11-21/,
    );
  });

  test('lists those of one server, and those since a time', async () => {
    const one = await headroom('runs', placeAt(), ...SINCE, '--server', 'shop', '--json');
    expect(JSON.parse(one.stdout).runs.map(({ runId }: KeptRecord) => runId)).toEqual([OTHER.runId]);
    const late = await headroom('runs', placeAt(), '--since', '2026-11-22T03:00', '--json');
    expect(JSON.parse(late.stdout).runs).toHaveLength(1);
    const none = await headroom('runs', placeAt(), '--since', '2026-11-23');
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('No kept run since 2026-11-23');
  });

  test('says which run ended a session, and why', async () => {
    const pid = String(VICTIM?.pid);
    const { code, stdout } = await headroom('runs', placeAt(), ...SINCE, '--server', 'orders', '--pid', pid);
    expect(stdout).toMatch(new RegExp(`^2026-11-21 [\\d:]+ UTC, orders: pid ${pid}\\n +billing-worker, `));
    expect(stdout).toContain('pg-headroom ended it.');
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /The reason: slots were missing, and it was idle for \S+.*: rung 1/,
    );
    expect(stdout).toMatch(/headroom show \S+\.json\.gz/);
    expect(code).toBe(0);
  });

  test('says why a session was spared, and that no run saw another', async () => {
    const spared = await headroom('runs', placeAt(), ...SINCE, '--pid', String(SPARED?.session.pid));
    expect(spared.stdout).toMatch(/It was spared: \w+/);
    const unknown = await headroom('runs', placeAt(), ...SINCE, '--pid', '999999');
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('No kept run saw a session with pid 999999');
  });
});

describe('headroom forget', () => {
  const pageOf = (place: string) => contentAt(place, `records/${placeOf(ENFORCED)}.html`);
  const indexAt = (place: string, server: string | null) =>
    contentAt(place, `index/${server === null ? '' : `${server}/`}index.html`);
  const contentAt = (place: string, key: string) =>
    place === folder
      ? readFileSync(join(folder, key), 'utf8')
      : (s3.objects.get(`${BUCKET}/${key}`)?.body.toString() ?? '');

  const left = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => /^records.*\.\w+$/.test(name));

  test('needs --yes where it cannot ask', async () => {
    const { code, stderr } = await headroom('forget', folder, '--server', 'shop');
    expect(stderr).toContain('add --yes');
    expect(code).toBe(2);
    expect(left()).toHaveLength(4);
  });

  test("deletes one server's records and pages from a folder", async () => {
    const { code, stdout } = await headroom('forget', folder, '--server', 'shop', '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Deleted 1 record of shop, with their pages.\n' });
    expect(left().every((name) => name.includes('orders'))).toBe(true);
    expect(left()).toHaveLength(2);
  });

  test("deletes one server's records and pages from a bucket", async () => {
    const { code } = await headroom('forget', `s3://${BUCKET}`, '--server', 'shop', '--yes');
    expect(code).toBe(0);
    expect([...s3.objects.keys()].filter((key) => key.includes('/shop/'))).toEqual([]);
    expect([...s3.objects.keys()].filter((key) => key.includes('/records/orders/'))).toHaveLength(2);
  });

  describe.each([
    ['a folder', () => folder],
    ['a bucket', () => `s3://${BUCKET}`],
  ])('with a program, on %s', (_, placeAt) => {
    const forget = (program: string) =>
      headroom('forget', placeAt(), '--server', 'orders', '--program', program, '--yes');
    const kept = async () => {
      const { stdout } = await headroom('runs', placeAt(), ...SINCE, '--server', 'orders', '--json');
      const [run] = JSON.parse(stdout).runs;
      return run === undefined ? null : (await headroom('show', run.address, '--full')).stdout;
    };

    test('changes no record that does not name it', async () => {
      const before = await kept();
      expect((await forget('bi-*')).stdout).toBe('No kept record of orders names bi-*: none was changed.\n');
      expect(await kept()).toBe(before);
    });

    test('takes it out of a record that names others, and draws its page again', async () => {
      const { code, stdout } = await forget('billing-*');
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: 'Removed billing-* from 1 record of orders, with their pages.\n',
      });
      const text = await kept();
      expect(text).toContain('(forgotten)');
      expect(text).toContain('storefront');
      expect(text).not.toContain('billing');
      expect(pageOf(placeAt())).toMatch(/<svg.*storefront|storefront.*<svg/s);
      expect(pageOf(placeAt())).not.toContain('billing');
    });

    test('takes it out of the indexes', async () => {
      await forget('billing-*');
      for (const server of ['orders', null]) {
        const page = indexAt(placeAt(), server);
        expect(readIndex(page).incidents).toMatchObject([{ culprit: '(forgotten)' }]);
        expect(page).not.toContain('billing');
      }
    });

    test('deletes a record that names nothing else', async () => {
      expect((await forget('*')).stdout).toBe('Deleted 1 record of orders, with their pages.\n');
      expect(await kept()).toBeNull();
    });
  });

  test('takes a whole server out of the index of all servers', async () => {
    await headroom('forget', folder, '--server', 'orders', '--yes');
    expect(readIndex(indexAt(folder, null)).incidents).toEqual([]);
  });
});

describe('headroom show takes what is at hand', () => {
  const { reduced: _, ...record } = ENFORCED;
  const result = packRecord(record);
  const facts = {
    requestId: ENFORCED.runId,
    functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:pg-headroom-orders',
    attempts: 1,
    event: {},
  } as const;
  const envelope = destinationEnvelope({
    ...facts,
    condition: 'Success',
    response: { payload: result, isError: false },
  });

  test.each([
    ['what aws lambda invoke gives', JSON.stringify(result)],
    ['the same, pretty-printed', JSON.stringify(result, null, 2)],
    ["a destination's envelope", JSON.stringify(envelope)],
    [
      'that envelope in a notification',
      JSON.stringify({ Records: [{ Sns: { Message: JSON.stringify(envelope) } }] }),
    ],
  ])('%s', async (_, input) => {
    const plain = await runHeadroom(['show', '-'], { input: JSON.stringify(ENFORCED) });
    expect(await runHeadroom(['show', '-'], { input })).toEqual(plain);
    expect(plain.code).toBe(0);
  });

  test.each([
    [
      'a run that failed',
      JSON.stringify({ errorType: 'config-invalid', errorMessage: 'no host' }),
      /found the error "config-invalid", "no host", expected the result of a run: this one failed/,
    ],
    [
      'an event that expired',
      JSON.stringify(destinationEnvelope({ ...facts, condition: 'EventAgeExceeded', response: null })),
      /responsePayload: found nothing beside condition "EventAgeExceeded"/,
    ],
  ])('and says what %s is', async (_, input, expected) => {
    const { code, stderr } = await runHeadroom(['show', '-'], { input });
    expect(stderr).toMatch(expected);
    expect(code).toBe(2);
  });
});

test('headroom open draws the page, and names the file where no browser starts', async () => {
  const address = join(folder, 'records', `${placeOf(ENFORCED)}.json.gz`);
  const { code, stdout, stderr } = await runHeadroom(['open', address], {
    environment: { BROWSER: '/nonexistent/browser' },
  });
  expect(code).toBe(0);
  expect(existsSync(stdout.trim())).toBe(true);
  expect(stderr).toContain('No browser could be started');
  rmSync(dirname(stdout.trim()), { recursive: true });
});
