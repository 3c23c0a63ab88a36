import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toPackedRecord as pack } from '../../functions/core/run/codec/pack-record.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { report } from '../../functions/report/report.ts';
import { HOSTILE } from '../support/hostile.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import { toPeople } from '../support/published.ts';
import { notingPorts } from '../support/report-steps.ts';

const RUNS = Object.entries({ ...INCIDENTS, ...OBSERVED })
  .filter(([name]) => !['healthy', 'busy', 'muted', 'stale', 'off'].some((quiet) => name.endsWith(quiet)))
  .map(([name, run]) => {
    const record = run();
    return { name, packed: pack(record), result: packRecord(record) };
  });

const anything = fc.oneof(
  fc.constantFrom(null, '', [], {}, true, -1, 0, 1e308, '9'.repeat(400), [[[[[]]]]], { length: 1e9 }),
  fc.constantFrom(...Object.values(HOSTILE)),
);
/** Where to go in, as shares of what there is to choose from, and what to put there. */
const damage = fc.record({ path: fc.array(fc.nat(997), { minLength: 1, maxLength: 6 }), value: anything });

/** A copy in which one value, some levels down, is another one. */
function damaged(whole: unknown, [step, ...path]: readonly number[], value: unknown): unknown {
  if (step === undefined || typeof whole !== 'object' || whole === null) return value;
  const keys = Object.keys(whole);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const inner = damaged((whole as Readonly<Record<string, unknown>>)[key], path, value);
  return Array.isArray(whole) ? whole.with(Number(key), inner) : { ...whole, [key]: inner };
}

type Damage = { readonly path: readonly number[]; readonly value: unknown };

const hurt = (whole: unknown, all: readonly Damage[]) =>
  all.reduce((so, { path, value }) => damaged(so, path, value), whole);

async function toldOf(payload: unknown): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const ports = { ...notingPorts([]), keep: null };
  const publish = toPeople(async (message) => {
    messages.push(message);
  });
  const destination = {
    kind: 'record',
    functionName: 'pg-headroom-orders',
    requestId: 'r',
    payload,
  } as const;
  await report(destination, { ...ports, publish });
  return messages;
}

const wounds = fc.array(damage, { minLength: 1, maxLength: 3 });

const RECORDS = IS_THOROUGH ? 10_000 : 1_000;

/** One test for each kind of run: 10,000 in one test take longer than a test may on a slow machine. */
test.each(RUNS)(
  `$name: of ${RECORDS} records with damage inside, its part is told, each once, with a subject that SNS takes`,
  async ({ packed: whole, result }) => {
    const property = fc.asyncProperty(wounds, async (wound) => {
      const packed = gzipSync(JSON.stringify(hurt(whole, wound)), { level: 1 }).toString('base64');
      const messages = await toldOf({ ...result, packed });
      expect(messages).toHaveLength(1);
      expect(messages[0]?.subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    });
    await fc.assert(property, { numRuns: Math.ceil(RECORDS / RUNS.length), endOnFailure: true });
  },
);

const run = fc.constantFrom(...RUNS);

test('results with damage outside of their record are told, each once', async () => {
  const property = fc.asyncProperty(run, wounds, async ({ result }, wound) => {
    const messages = await toldOf(hurt(result, wound));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  });
  await fc.assert(property, { numRuns: 500, endOnFailure: true });
});
