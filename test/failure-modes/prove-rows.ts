import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cleanMessage } from '../../functions/core/base/clean-text.ts';
import { isReportable } from '../../functions/core/incident/is-reportable.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { renderFailure } from '../../functions/render/message/failure.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import { alarmNow } from '../support/runs.ts';
import { asExpected, type Row, type Section } from './row.ts';
import { type Proof, Stage, type StageOptions } from './stage.ts';

/** Brings one row's fault about and lets a run meet it. */
export type Scenario = (stage: Stage, row: Row) => Promise<Proof>;

/** A test for each row: every row has its scenario, and the compiler says so. Long ones are for CI. */
export function proveRows<Rows extends Section['rows']>(
  section: Section & { readonly rows: Rows },
  scenarios: Readonly<Record<keyof Rows, Scenario>>,
  { isLong = false, ...options }: Omit<StageOptions, 'version'> & { readonly isLong?: boolean } = {},
): void {
  describe.runIf(IS_THOROUGH || !isLong).each(section.versions)('PostgreSQL %i', (version) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.start({ ...options, version });
    });
    afterAll(() => stage[Symbol.asyncDispose]());
    afterEach(() => stage.clear());

    for (const [id, row] of Object.entries(section.rows)) {
      test(row.fault, async () => {
        const proof = await scenarios[id as keyof Rows](stage, row);
        const ended = await proof.ended(row.ends);
        expect(foundIn(proof, ended.length, row)).toEqual(row);
        expectOnlyTried(proof, ended);
        await stage.tidy();
        await stage.expectNothingOfOurs();
      });
    }
  });
}

/** The row as this run would write it. */
function foundIn(proof: Proof, ends: number, { fault, subject, says }: Row): Row {
  const { told } = proof;
  const message = proof.message ?? messageOf(told);
  return {
    fault,
    outcome: 'outcome' in told ? told.outcome : 'failed',
    subject: asExpected(subject, message?.subject ?? null),
    says: saidBy(told, message, says),
    ends,
  };
}

function messageOf(told: Proof['told']): Message | null {
  if ('errorType' in told) return renderFailure(told, alarmNow());
  if (!isReportable(told)) return null;
  const message = renderIncident(told);
  return { ...message, text: `${message.text}\n${fullTextOf(told)}` };
}

function saidBy(
  told: Proof['told'],
  message: Pick<Message, 'text'> | null,
  says: string | null,
): string | null {
  if ('problem' in told && told.problem !== null) return asExpected(says, cleanMessage(told.problem.message));
  if (says === null || message === null) return null;
  return message.text.replace(/\s+/g, ' ').includes(says) ? says : message.text;
}

/** Whoever ended had been told to, and whoever is on record as terminated has ended. */
function expectOnlyTried({ told, tried }: Proof, ended: readonly string[]): void {
  const pids = ended.map((identity) => Number.parseInt(identity, 10));
  const attempts = 'attempts' in told ? told.attempts : [];
  const terminated = attempts.filter(({ result }) => result === 'terminated').map(({ pid }) => pid);
  expect(pids.filter((pid) => !tried.includes(pid))).toEqual([]);
  expect(terminated.filter((pid) => !pids.includes(pid))).toEqual([]);
}
