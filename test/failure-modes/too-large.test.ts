import { gunzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { DatabaseError } from 'pg';
import { expect } from 'vitest';
import { BUNDLES } from '../../functions/contract.ts';
import { parseRecordText } from '../../functions/core/run/codec/parse-record.ts';
import { MAX_RECORD_BYTES, packRecord } from '../../functions/core/run/codec/run-result.ts';
import { ReportStage } from '../doors/report-stage.ts';
import { eagerPolicy } from '../support/runs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { proveRows } from './prove-rows.ts';
import { TOO_LARGE } from './rows/too-large.ts';
import type { Proof, Stage } from './stage.ts';

const USABLE = 2_006;
const AT_ONCE = 25;
/** On a slow machine so many sessions take longer to end than a run may last. */
const RUN = { policy: eagerPolicy('enforce', { freeSlots: 500 }), deadlineMs: 300_000 };

/** Clients come until one is refused, each with the settings of its number. */
async function crowd(stage: Stage, settingsOf: (at: number) => object): Promise<readonly Client[]> {
  const clients: Client[] = [];
  for (let isFull = false; !isFull; ) {
    const coming = Array.from({ length: AT_ONCE }, (_, at) =>
      stage.server.connect(stage.app, settingsOf(clients.length + at)),
    );
    for (const came of await Promise.allSettled(coming)) {
      if (came.status === 'fulfilled') clients.push(came.value);
      else if (came.reason instanceof DatabaseError && came.reason.code === '53300') isFull = true;
      else throw came.reason;
    }
  }
  return clients;
}

/** What the report function publishes of it. Whom the run ended is in the record that it keeps. */
async function toldBy(stage: Stage, proof: Proof): Promise<Proof> {
  if (!('outcome' in proof.told)) return expect.fail('the run left no record');
  expect(Buffer.byteLength(JSON.stringify(packRecord(proof.told)))).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  const reporting = stage.use(await ReportStage.start());
  const { published, named } = await reporting.report(BUNDLES.report, proof.told, 'cpu');
  expect(named('left-out')).toEqual([]);
  expect(published).toHaveLength(1);
  const [key = ''] = [...reporting.s3.objects.keys()].filter((each) => each.endsWith('.json.gz'));
  const record = parseRecordText(gunzipSync(reporting.s3.objects.get(key)?.body ?? '').toString());
  expect(record.attempts.map(({ pid }) => pid)).toEqual(proof.tried);
  return {
    ...proof,
    message: { subject: published[0]?.subject ?? '', text: published[0]?.message ?? '' },
  };
}

proveRows(
  TOO_LARGE,
  {
    pileUp: async (stage) => {
      // Else each of them looks for a deadlock after a second.
      await stage.query(`ALTER ROLE ${stage.app.user} SET deadlock_timeout = '600s'`);
      await stage.query('CREATE TABLE seats AS SELECT 1 AS id, 0 AS taken');
      await stage.query(`GRANT ALL ON seats TO ${stage.app.user}`);
      await stage.openBystanders();
      const [holder, ...others] = await crowd(stage, () => ({ application_name: 'booking' }));
      const take = 'UPDATE seats SET taken = taken + 1';
      await holder?.query('BEGIN');
      await holder?.query(take);
      for (const client of others) client.query(take).catch(() => {});
      // A holder is named once it has held the row for two seconds.
      const lasting = "state = 'idle in transaction' AND xact_start < clock_timestamp() - interval '2.1 s'";
      const all = async () => {
        const { rows } = await stage.query(
          `SELECT (SELECT count(*) FROM pg_locks WHERE NOT granted)::int AS waiting,
             EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'booking' AND ${lasting}) AS lasts`,
        );
        return rows[0].waiting === others.length && rows[0].lasts;
      };
      await waitUntil(all, { what: 'all waited behind a lasting holder', everyMs: 250 });
      expect(others.length).toBeGreaterThanOrEqual(1_999);
      return toldBy(stage, await stage.run(RUN));
    },
    record: async (stage) => {
      await stage.openBystanders();
      const random = (bytes: number) => crypto.getRandomValues(Buffer.alloc(bytes)).toString('base64url');
      const clients = await crowd(stage, () => ({ application_name: random(47).slice(0, 63) }));
      // Identifiers stay in a statement whose values are left out.
      const name = (_: unknown, at: number) => `${at} AS "${random(46).slice(0, 60)}"`;
      for (const client of clients)
        await client.query(`SELECT ${Array.from({ length: 14 }, name).join(', ')}`);
      return toldBy(stage, await stage.run(RUN));
    },
  },
  { authentication: 'trust', usable: USABLE, isLong: true },
);
