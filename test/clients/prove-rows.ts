import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../functions/core/advice/advise.ts';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { Program } from './program.ts';
import { type Row, type Section, withoutChance } from './row.ts';
import { OFFENDER, Scene, type Start } from './scene.ts';

/** The healthy program beside the one that takes too much. */
export type Neighbour = {
  readonly start: Start;
  /** What it is asked again and again; null for one that works by itself. */
  readonly request: string | null;
  readonly health: (program: Program) => {
    /** Pieces of work that went well. */
    readonly served: number;
    readonly failed: readonly string[];
  };
};

export const ANSWERS: Neighbour['health'] = ({ answers }) => ({
  served: answers.filter((answer) => answer === 'ok').length,
  failed: answers.filter((answer) => answer !== 'ok'),
});

/** One row's program, or several of a kind. */
export type Play = {
  /** Takes slots until somebody is refused; resolves with what that client printed. */
  readonly fill: (scene: Scene) => Promise<string>;
  /** Goes on after its sessions were ended. */
  readonly feel: (scene: Scene) => Promise<Pick<Row, 'saw' | 'recovered'>>;
  readonly leave: () => Promise<unknown>;
  /** Does the work once more as it was advised, with `most` sessions where a number was, and resolves with what went wrong. */
  readonly mend: (scene: Scene, most: number) => Promise<readonly string[]>;
};

/** A test for each row: every row has its play, and the compiler says so. Each has a server of its own, all at once. */
export function proveRows<Rows extends Section['rows']>(
  section: Section & { readonly rows: Rows },
  neighbour: () => Neighbour,
  plays: Readonly<Record<keyof Rows, () => Play>>,
): void {
  describe.concurrent(section.client, () => {
    for (const [id, row] of Object.entries(section.rows)) {
      test(row.fault, async () => {
        await using scene = await Scene.start();
        await prove(scene, row, neighbour(), plays[id as keyof Rows]());
      });
    }
  });
}

async function prove(scene: Scene, row: Row, neighbour: Neighbour, play: Play): Promise<void> {
  const healthy = await startHealthy(scene, neighbour);
  const refused = await play.fill(scene);
  expect(scene.refusals()).not.toEqual([]);
  const held = await scene.offenders();
  await scene.untilOldEnough(row.ended);

  const neighbours = await scene.neighbours();
  const served = neighbour.health(healthy).served;
  const record = await scene.heal();
  expect(await scene.neighbours()).toBe(neighbours);
  // It waits for this many clients to notice.
  expect([record.outcome, endedIn(record)]).toEqual([row.outcome, row.ended]);
  const felt = await play.feel(scene);
  await stillServes(neighbour, healthy, served);

  expect(foundIn(record, { ...row, ...felt, held, refused: withoutChance(refused) })).toEqual(row);
  await play.leave();
  await scene.untilOffenders(0);
  const refusals = scene.refusals().length;
  expect(await play.mend(scene, mostAdvised(row))).toEqual([]);
  expect(scene.refusals().slice(refusals)).toEqual([]);
  expect(await scene.neighbours()).toBe(neighbours);
}

/** Its sessions are all open. */
async function startHealthy(scene: Scene, { start, request, health }: Neighbour): Promise<Program> {
  const program = scene.startNeighbour(start);
  if (request !== null) program.keepAsking(request);
  await waitUntil(() => health(program).served >= 2, { what: `${start.file} worked` });
  return program;
}

async function stillServes({ health }: Neighbour, program: Program, before: number): Promise<void> {
  await waitUntil(() => health(program).served > before + 1, {
    what: 'the healthy program went on',
  });
  expect(health(program).failed).toEqual([]);
}

/** The row as this run would write it. Whoever is blamed is the program, and nobody beside it. */
function foundIn(record: RunRecord, row: Row): Row {
  const diagnosis = diagnose(record);
  const blamed = diagnosis?.culprits.map(({ usage }) => usage.group.user);
  expect(blamed).toEqual([OFFENDER]);
  const advice = diagnosis === null ? [] : adviseOn(record, diagnosis);
  const said = advice.flatMap(({ text, paste }) => [text, ...(paste?.lines ?? [])]).join('\n');
  return {
    ...row,
    outcome: record.outcome,
    ended: endedIn(record),
    cause: diagnosis?.cause ?? 'unclear',
    advised: said.includes(row.advised) ? row.advised : said,
  };
}

/**
 * A session that came back to life is let go, and another one makes up for it: that is no end. A program that crashes at the first
 * end takes the sessions along that are not told yet: those are gone as well.
 */
function endedIn({ attempts }: RunRecord): number {
  return attempts.filter(({ result }) => result === 'terminated' || result === 'gone').length;
}

/** The number in the advice as it was given; none is a program that is not to be made smaller. */
function mostAdvised({ advised }: Row): number {
  return Number(/at most (\d+) together/.exec(advised)?.[1] ?? Number.NaN);
}
