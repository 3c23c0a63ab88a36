import { stat } from 'node:fs/promises';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { LANES } from './lanes.ts';

/**
 * The files that take longest on two cores, longest first: they begin first, so that no core waits for one of them at the end.
 * The list need not be complete. Vitest's own order goes by its last run, and a clean checkout has none.
 */
const LONGEST = [
  'test/simulation/fleet-cell',
  'test/simulation/killed-anywhere',
  'test/remediate/frozen',
  'test/postgres/login-hangs',
  'test/postgres/owner-settings',
  'test/remediate/lost-connection',
  'test/render/page/page-in-browser',
  'test/doors/report-budget',
  'test/clients/node-postgres',
  'test/failure-modes/acting',
  'test/failure-modes/getting-in',
  'test/remediate/read-replica',
  'test/postgres/full-kinds',
  'test/postgres/whose-code',
  'test/postgres/encodings',
  'test/report/report-any-record',
  'test/doors/log-lines',
  'test/clients/hikaricp',
  'test/failure-modes/too-large',
  'test/postgres/terminate-guarded',
  'test/postgres/log-prefixes',
  'test/demo/demo',
];

const LANE_ORDER: readonly string[] = Object.keys(LANES);

/** The named files, then lane by lane, the largest files of a lane first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: readonly TestSpecification[]): Promise<TestSpecification[]> {
    const placed = await Promise.all(
      files.map(async (file) => ({ file, place: placeOf(file), size: (await stat(file.moduleId)).size })),
    );
    return placed
      .sort((one, other) => one.place - other.place || other.size - one.size)
      .map(({ file }) => file);
  }
}

function placeOf({ moduleId, project }: TestSpecification): number {
  const named = LONGEST.findIndex((file) => moduleId.endsWith(`${file}.test.ts`));
  return named === -1 ? LONGEST.length + LANE_ORDER.indexOf(project.name) : named;
}
