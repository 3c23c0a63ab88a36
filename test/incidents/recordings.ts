import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Told } from './story.ts';

const FOLDER = join(import.meta.dirname, 'recorded');

export type Recording = { readonly story: Told; readonly record: RunRecord };

/** Every recorded incident, by name. */
export function recordings(): readonly Recording[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const { story, result } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
      return { story, record: unpackRecord(result) };
    });
}
