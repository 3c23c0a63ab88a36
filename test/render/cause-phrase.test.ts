import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAUSES, type Cause, type Culprit, type Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { type Facts, factsOf } from '../../functions/render/base/facts.ts';
import { causePhrase, isOutsideSlots } from '../../functions/render/message/cause-phrase.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { headlineOf } from '../../functions/render/message/headline.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { subjectOfRun } from '../../functions/render/message/subject-of-run.ts';
import { recordings } from '../incidents/recordings.ts';
import { diagnosisOf } from '../support/diagnosed.ts';
import { INCIDENTS } from '../support/incidents.ts';

const NAMED: Readonly<Record<Cause, readonly string[]>> = {
  'connection-leak': ['web leaks'],
  'oversized-idle-pools': ['idle pools of web too large'],
  'traffic-spike': ['more traffic from web'],
  'session-per-request': ['a session per request of web'],
  'slow-queries': ['slow queries of web'],
  'idle-in-transaction': ['web left transactions open'],
  'clients-owe-input': ['statements of web wait for input'],
  'lock-pile-up': ['queue behind a lock'],
  'reconnect-storm': ['reconnect storm of web'],
  'role-limit': ['taken by web'],
  'database-limit': ['taken by web'],
  'replication-limit': ['all walsenders taken, mostly by web'],
  'pooler-oversized': ['pooler of web too large'],
  'developer-tools': ['database tools left open, mostly web'],
  'monitoring-hog': ['too many monitoring sessions of web'],
  'dead-clients': ['dead clients of web'],
  'half-open-clients': ['clients never log in'],
  'limit-too-low': ['too few slots'],
  unclear: [],
};

/** A run whose slots were held by somebody of this name, for these causes: the whole's first. */
function explained(record: Facts['record'], name: string, causes: readonly [Cause, ...Cause[]]): Facts {
  const made = diagnosisOf(INCIDENTS.recovered());
  const usage = made?.culprits[0]?.usage;
  if (usage === undefined) throw new Error('The incident has nobody to blame.');
  const group = { application: name, user: name, database: name };
  const culprits = causes.map(
    (cause): Culprit => ({
      usage: { ...usage, group },
      cause,
      confidence: 'high',
      evidence: [],
      opening: null,
    }),
  );
  const diagnosis: Diagnosis = { cause: causes[0], confidence: 'high', evidence: [], culprits };
  return { ...factsOf(explain(record, [])), diagnosis };
}

describe('why, in a few words', () => {
  test.each(CAUSES)('%s has a phrase that names its program', (cause) => {
    expect(causePhrase(explained(INCIDENTS.recovered(), 'web', [cause]), 40)).toEqual(NAMED[cause]);
  });

  test.each(CAUSES)('%s has a phrase without a name', (cause) => {
    const facts = explained(INCIDENTS.recovered(), 'web', [cause]);
    const nobody = facts.diagnosis === null ? null : { ...facts.diagnosis, culprits: [] };
    const [phrase = ''] = causePhrase({ ...facts, diagnosis: nobody }, 40);
    expect(phrase).not.toMatch(/ of$| by | most|undefined| {2}/);
    expect(phrase === '').toBe(cause === 'unclear');
  });

  test('of a mixture, the program that did what the cause says is named', () => {
    const facts = explained(INCIDENTS.recovered(), 'web', ['slow-queries', 'connection-leak']);
    const turned = facts.diagnosis?.culprits.toReversed() ?? [];
    const other = turned.map((each, at) =>
      at > 0
        ? each
        : {
            ...each,
            usage: { ...each.usage, group: { application: 'jobs', user: 'j', database: 'j' } },
          },
    );
    const diagnosis = facts.diagnosis === null ? null : { ...facts.diagnosis, culprits: other };
    expect(causePhrase({ ...facts, diagnosis }, 40)).toEqual(['slow queries of web']);
  });

  test('a limit is reached by the program that it is for, with a cause of its own', () => {
    const facts = explained(INCIDENTS.recovered(), 'web', ['connection-leak']);
    const diagnosis = facts.diagnosis === null ? null : { ...facts.diagnosis, cause: 'role-limit' as const };
    expect(causePhrase({ ...facts, diagnosis }, 40)).toEqual(['taken by web']);
  });

  test('any cause, name, server and outcome make a subject that SNS takes', () => {
    const outcomes = Object.values(INCIDENTS);
    const name = fc.string({ unit: 'binary', maxLength: 120 });
    fc.assert(
      fc.property(
        fc.constantFrom(...CAUSES),
        fc.constantFrom(...outcomes),
        name,
        name,
        fc.constantFrom('enforce', 'observe'),
        (cause, incident, who, server, mode) => {
          const facts = explained({ ...incident(), mode, server }, who, [cause]);
          const subject = subjectOfRun(facts, null);
          // "Less than 100 characters", says SNS.
          expect(subject).toMatch(/^(?=.{1,99}$)\[[a-z]+\] [\x20-\x7e]+$/);
          expect(subject).not.toContain('undefined');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('of a recorded incident', () => {
  const told = recordings().filter(({ record }) => record.outcome !== 'blind');

  test.each(told.map((each) => [each.record.runId, each.record] as const))(
    '%s: the subject says why, if it is known',
    (_, record) => {
      const facts = factsOf(explain(record, []));
      const hidden = record.outcome === 'unexplained' && !isOutsideSlots(facts.diagnosis);
      const known = facts.diagnosis !== null && facts.diagnosis.cause !== 'unclear' && !hidden;
      const phrases = [64, 32, 24, 14, 0].flatMap((max) => causePhrase(facts, max));
      const { subject } = renderIncident(record, [], null);
      expect(phrases.some((phrase) => subject.includes(phrase))).toBe(known);
    },
  );

  test.each(told.map((each) => [each.record.runId, each.record] as const))(
    '%s: no evidence of the whole is said again of each',
    (_, record) => {
      const text = fullTextOf(record).replace(/\s+/g, ' ');
      for (const evidence of factsOf(explain(record, [])).diagnosis?.evidence ?? [])
        expect(text.split(evidence.slice(1)).length - 1).toBeLessThanOrEqual(1);
    },
  );

  test('slots of a limit are not counted beside a program that holds none of them', () => {
    const atWork = told.find(({ record }) => record.runId === 'role-limit-at-work');
    if (atWork === undefined) throw new Error('The incident role-limit-at-work is not recorded.');
    const { sentence } = headlineOf(factsOf(explain(atWork.record, [])));
    expect(sentence).toContain('ll 8 slots of role batch used.');
    expect(sentence).not.toContain('storefront');
  });
});
