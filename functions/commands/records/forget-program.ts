import { gzipSync } from 'node:zlib';
import { coerceError } from '../../core/base/errors.ts';
import { explain } from '../../core/diagnosis/explain.ts';
import { parseRecord } from '../../core/run/codec/parse-record.ts';
import type { KeptRecord } from '../../core/run/kept-record.ts';
import { redactRecord } from '../../core/run/redact-record.ts';
import { drawPage } from '../../report/draw-page.ts';
import { readRecord } from '../read-record.ts';
import { printNote } from '../terminal.ts';
import type { KeptPlace, Store } from './kept-records.ts';

/** What is to be done with a record that names the program: it goes, or it stays without the program. */
export type Change =
  | { readonly kind: 'delete'; readonly place: KeptPlace }
  | { readonly kind: 'redact'; readonly place: KeptPlace; readonly record: KeptRecord };

export type Changes = {
  readonly changes: readonly Change[];
  /** All names that go. */
  readonly names: ReadonlySet<string>;
};

/**
 * A record goes if it names no other client. One that cannot be read may name anybody, so it goes too.
 * @throws RemediationError if a record cannot be fetched.
 */
export async function changesFor(
  places: readonly KeptPlace[],
  matches: (name: string) => boolean,
  region: string | undefined,
): Promise<Changes> {
  const changes: Change[] = [];
  const names = new Set<string>();
  for (const place of places) {
    const record = await readOrNull(place, region);
    if (record === null) {
      changes.push({ kind: 'delete', place });
      continue;
    }
    const redacted = redactRecord(record, matches);
    if (!redacted.isNamed) continue;
    for (const name of redacted.names) names.add(name);
    if (redacted.hasOthers)
      changes.push({
        kind: 'redact',
        place,
        record: parseRecord(JSON.parse(JSON.stringify(redacted.record))),
      });
    else changes.push({ kind: 'delete', place });
  }
  return { changes, names };
}

async function readOrNull(place: KeptPlace, region: string | undefined): Promise<KeptRecord | null> {
  try {
    return await readRecord(place.address, region);
  } catch (thrown) {
    const { code, message } = coerceError(thrown);
    if (code !== 'record-invalid') throw thrown;
    printNote(`${place.address} cannot be read, and is deleted too. ${message}`);
    return null;
  }
}

/** The page is drawn anew, without the place of the run in its incident, which only the memory knew. */
export async function makeChanges(changes: readonly Change[], store: Store): Promise<void> {
  await store.remove(changes.flatMap((each) => (each.kind === 'delete' ? [each.place] : [])));
  for (const each of changes) {
    if (each.kind === 'delete') continue;
    const { record, place } = each;
    const page = await drawPage(explain(record, record.reduced), null);
    await store.replace(place, gzipSync(JSON.stringify(record)), new TextEncoder().encode(page));
  }
}
