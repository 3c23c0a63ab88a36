import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memoryDocument, parseMemory } from '../../../functions/core/incident/memory-document.ts';
import { parseRecord } from '../../../functions/core/run/codec/parse-record.ts';
import { packRecord, type RunResult } from '../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../functions/core/run/codec/unpack-record.ts';
import { parseSnapshotFile, toSnapshotFile } from '../../../functions/core/server/snapshot-file.ts';

type Stored = {
  readonly records: Readonly<Record<string, { readonly result: RunResult; readonly decoded: string }>>;
  readonly memory: { readonly version: number; readonly document: string; readonly decoded: string };
  readonly snapshot: { readonly file: unknown; readonly decoded: string };
};

/**
 * What earlier versions wrote, and digests of what they read back from it; keys in order. Null and absent are alike: null is
 * what a field that came later is read as.
 */
function storedBy(version: string): Stored {
  return JSON.parse(readFileSync(join(import.meta.dirname, `kept-by-${version}.json`), 'utf8'));
}

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== null);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]),
  );
}

const textOf = ({ packed }: RunResult) => gunzipSync(Buffer.from(packed, 'base64')).toString();
const PLACE = { server: 'orders', table: 'memory' };

/** What 4a89f9a did not have yet, as it is read from what it wrote. */
const ABSENT: Readonly<Record<string, unknown>> = {
  '4a89f9a': { ownTries: [], busySince: null },
  '70127ce': {},
};

describe.each(['4a89f9a', '70127ce'])('What %s stored', (version) => {
  const { records, memory, snapshot } = storedBy(version);

  test.each(Object.entries(records))('the record "%s" is read back as it was', (_, { result, decoded }) => {
    const record = unpackRecord(result);
    expect(digest(record)).toBe(decoded);
    const kept = JSON.parse(JSON.stringify({ ...record, reduced: [] }));
    expect(digest(parseRecord(kept))).toBe(digest(kept));
  });

  test('the memory is read back as it was', () => {
    const read = parseMemory(PLACE, memory.version, memory.document);
    const { ...known } = read;
    for (const [key, value] of Object.entries(ABSENT[version] ?? {})) {
      expect(Reflect.get(known, key)).toEqual(value);
      Reflect.deleteProperty(known, key);
    }
    expect(digest(known)).toBe(memory.decoded);
  });

  test('the snapshot file is read back as it was', () => {
    const read = parseSnapshotFile(snapshot.file);
    expect(digest(read)).toBe(snapshot.decoded);
    expect(digest(toSnapshotFile(read))).toBe(digest(snapshot.file));
  });
});

describe('What is stored today has the form of 70127ce', () => {
  const { records, memory } = storedBy('70127ce');

  test.each(Object.entries(records))('the packed record "%s", to the byte', (_, { result }) => {
    expect(textOf(packRecord(unpackRecord(result)))).toBe(textOf(result));
  });

  test('the memory, but for the order of keys', () => {
    const written = memoryDocument(parseMemory(PLACE, memory.version, memory.document));
    expect(JSON.parse(written)).toEqual(JSON.parse(memory.document));
  });
});
