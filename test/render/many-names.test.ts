import { describe, expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { renderExplainedPage } from '../../functions/render/page/render-page.ts';
import { HOUR, MINUTE } from '../support/builders.ts';
import {
  ENFORCE,
  releasedKeeps,
  runOf,
  type SessionsOf,
  sessionsOf,
  snapshotOf,
} from '../support/records.ts';

/** Sessions that a program opens under many names, in many databases or as many roles. */

const each = (count: number, fields: (at: number) => Partial<SessionsOf>): readonly SessionsOf[] =>
  Array.from({ length: count }, (_, at) => ({ count: 1, fromAgeMs: 3 * HOUR - at * MINUTE, ...fields(at) }));
const run = (...groups: readonly SessionsOf[]) =>
  runOf({ snapshot: snapshotOf(sessionsOf(groups)), policy: ENFORCE });
const plain = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const pageOf = (record: ReturnType<typeof run>) => plain(renderExplainedPage(explain(record, [])));
const WORDS = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `${letter}-worker`);

describe('A message about a program of many names', () => {
  test('says where more than half of its sessions are, in mail, chat, page and full text', () => {
    const pods = each(40, (at) => ({
      application: `billing-${at}`,
      user: 'billing',
      database: at < 25 ? 'billing' : 'audit',
      addresses: [`10.0.3.${at}`],
    }));
    const record = run(...pods, { count: 17, application: 'web', user: 'shop', fromAgeMs: 4_000 });
    const { text, chat } = renderIncident(record);
    expect(text).toContain('It held 40 slots (70 %), 25 of them in database billing: all 40 are idle');
    expect(JSON.stringify(chat)).toContain('40 slots (70 %), 25 of them in database billing');
    expect(pageOf(record)).toContain('40 slots (70 %) from 40 addresses, 25 of them in database billing');
    expect(fullTextOf(record).replaceAll(/\s+/g, ' ')).toContain('25 of them in database billing');
  });

  test('names the role of small programs that hold most slots together, and calls no few of them most', () => {
    const twos = WORDS.map((application) => ({ count: 2, application, user: 'mallory', fromAgeMs: HOUR }));
    expect(
      renderIncident(run(...twos, ...each(5, () => ({ application: 'web', user: 'shop' })))).text,
    ).toContain(
      'WHY: not clear. Of the 57 slots the largest programs held few: web 5, a-worker 2 and b-worker 2. Role mallory held 52 of them under many names.',
    );
  });

  test('names many roles once in the subject', () => {
    const { subject } = renderIncident(
      run(...each(57, (at) => ({ application: 'saas', user: `tenant_${at}` }))),
    );
    expect(subject).toMatch(/idle pools of saas too large, 12 idle sessions ended$/);
  });

  test('says once which keeps were released', () => {
    const said = (text: string) => text.split('would be kept by').length - 1;
    const { text, chat } = renderIncident(releasedKeeps());
    expect([said(text), said(JSON.stringify(chat.content)), said(pageOf(releasedKeeps()))]).toEqual([
      1, 1, 1,
    ]);
  });
});
