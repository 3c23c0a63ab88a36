import { describe, expect, test } from 'vitest';
import { CAUSES, type Culprit, type Diagnosis } from '../../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { type Judgement, judgementOf } from '../../incidents/judgement.ts';
import { type Recording, recordings } from '../../incidents/recordings.ts';
import { type ToldCulprit, truthOf } from '../../incidents/story.ts';

/** Replays what `npm run incidents:record` has recorded from real servers. */

const RECORDINGS = recordings();
const ORDER = ['low', 'medium', 'high'];
/** Percent of the usable slots. */
const SHARE_TOLERANCE = 2;
const RATE_TOLERANCE = 0.2;

const nameOf = ({ application, user, database }: Culprit['usage']['group']) =>
  `${application || '(none)'} ${user}@${database}`;

function faultsOf({ story, record }: Recording): readonly string[] {
  const diagnosis = diagnose(record);
  if (diagnosis === null) return ['no diagnosis'];
  if (story.expected === undefined) return [];
  const { cause, confidence, culprits } = story.expected;
  return [
    ...(diagnosis.cause === cause ? [] : [`cause ${diagnosis.cause}, not ${cause}`]),
    ...(ORDER.indexOf(diagnosis.confidence) >= ORDER.indexOf(confidence)
      ? []
      : [`confidence ${diagnosis.confidence}, not ${confidence}`]),
    ...culprits.flatMap((expected, at) => culpritFaults(diagnosis, expected, at, story.usable)),
    ...diagnosis.culprits
      .map(({ usage }) => nameOf(usage.group))
      .filter((name) => !culprits.some((expected) => nameOf(expected) === name))
      .map((name) => `names ${name}`),
  ];
}

function culpritFaults(
  { culprits }: Diagnosis,
  expected: ToldCulprit,
  at: number,
  usable: number,
): readonly string[] {
  const name = nameOf(expected);
  const found = culprits.findIndex(({ usage }) => nameOf(usage.group) === name);
  const culprit = culprits[found];
  if (culprit === undefined) return [`does not name ${name}`];
  const share = (expected.sessions * 100) / usable;
  const rate = culprit.opening?.perHour ?? null;
  return [
    ...(at === 0 && found !== 0 ? [`${name} is not the first`] : []),
    ...(culprit.cause === expected.cause ? [] : [`${name}: ${culprit.cause}, not ${expected.cause}`]),
    ...(Math.abs((culprit.usage.sharePercent ?? 0) - share) <= SHARE_TOLERANCE
      ? []
      : [`${name}: ${culprit.usage.sharePercent} %, not ${share.toFixed(1)} %`]),
    ...(expected.perHour === undefined ? [] : rateFaults(name, rate, expected.perHour)),
  ];
}

function rateFaults(name: string, rate: number | null, truth: number): readonly string[] {
  if (rate !== null && Math.abs(rate / truth - 1) <= RATE_TOLERANCE) return [];
  return [`${name}: ${rate?.toFixed(2) ?? 'no'} sessions an hour, not ${truth}`];
}

const judged = RECORDINGS.map(({ story, record }) => {
  const diagnosis = diagnose(record);
  const said = `${diagnosis?.cause} (${diagnosis?.confidence}) of ${diagnosis?.culprits.map(({ usage }) => nameOf(usage.group)).join(', ')}`;
  return { name: story.name, story, diagnosis, said, judgement: judgementOf(diagnosis, truthOf(story)) };
});
const thatAre = (judgement: Judgement) => judged.filter((each) => each.judgement === judgement);

describe('recorded incidents', () => {
  test('are never diagnosed wrong with confidence', () => {
    expect(thatAre('wrong').map(({ name, said }) => `${name}: ${said}`)).toEqual([]);
  });

  test('are diagnosed right in 95 of 100', () => {
    const unclear = thatAre('unclear').map(({ name, said }) => `${name}: ${said}`);
    expect(unclear.slice(0, Math.ceil(judged.length * 0.05))).toEqual(unclear);
  });

  test('of steady leaks have a rate within a fifth of the true one', () => {
    const steady = judged.flatMap(({ name, story, diagnosis, judgement }) => {
      const { perHour } = truthOf(story);
      const isDue = perHour !== undefined && judgement === 'right' && diagnosis?.cause !== 'unclear';
      return isDue ? rateFaults(name, diagnosis?.culprits[0]?.opening?.perHour ?? null, perHour) : [];
    });
    expect(steady).toEqual([]);
  });

  test('are diagnosed right, with the right culprits and their shares', () => {
    const wrong = RECORDINGS.map((recording) => ({ recording, faults: faultsOf(recording) }))
      .filter(({ faults }) => faults.length > 0)
      .map(({ recording, faults }) => `${recording.story.name.padEnd(44)} ${faults.join('; ')}`);
    expect(wrong.join('\n')).toBe('');
  });

  test.each(CAUSES)('of %s there are at least three', (cause) => {
    const told = RECORDINGS.filter(({ story }) => truthOf(story).causes.includes(cause));
    // The same story at another pace is no incident of its own.
    const recorded = new Set(told.map(({ story }) => story.played?.story ?? story.name));
    expect(recorded.size).toBeGreaterThanOrEqual(3);
  });

  test('of two causes at once there are at least four, each culprit with a cause of its own', () => {
    const mixtures = RECORDINGS.filter(({ story }) => story.name.startsWith('mixture-'));
    expect(mixtures.length).toBeGreaterThanOrEqual(4);
    for (const { story } of mixtures) expect(story.expected?.culprits.length).toBeGreaterThanOrEqual(2);
  });

  test('have leaks of 5 to 500 sessions an hour among them', () => {
    const rates = RECORDINGS.flatMap(({ story }) =>
      (story.expected?.culprits ?? []).flatMap(({ perHour }) => perHour ?? []),
    );
    expect(Math.min(...rates)).toBeLessThanOrEqual(5);
    expect(rates.filter((rate) => rate >= 5 && rate <= 500).length).toBeGreaterThanOrEqual(8);
  });
});
