import { describe, expect, test } from 'vitest';
import type { ResourceTag } from '../../functions/core/fleet/database-tags.ts';
import type { RegisteredDatabase } from '../../functions/core/fleet/registry-item.ts';
import type { TriedLogin } from '../../functions/core/fleet/tried-login.ts';
import { type ProofStep, proveTag } from '../../functions/fleet/prove-tag.ts';
import { FLEET_NOW, registered, tag } from '../support/fleet.ts';

const MINUTE = 60_000;
const IN: TriedLogin = { isIn: true, code: null, refusals: [] };
const BY_IAM: TriedLogin = {
  ...{ isIn: false, code: 'connect-denied' },
  refusals: [{ sqlstate: '28000', routine: 'auth_failed', count: 3 }],
};
const MISSING_ROLE: TriedLogin = {
  ...{ isIn: false, code: 'connect-denied' },
  refusals: [{ sqlstate: '28P01', routine: 'auth_failed', count: 1 }],
};
const UNREACHABLE: TriedLogin = { isIn: false, code: 'connect-unreachable', refusals: [] };

/** Which tags a test database has, as AWS shows them, and how logins go. */
type World = {
  readonly subject?: Pick<RegisteredDatabase, 'arn' | 'cluster'>;
  readonly tags?: Readonly<Record<string, readonly ResourceTag[]>>;
  /** By what IAM sees: a tag that came or went a minute ago is not seen yet. */
  readonly login?: (
    seen: readonly ResourceTag[],
    at: { readonly ms: number; readonly tries: number },
  ) => TriedLogin;
  /** What a person does of what is asked. */
  readonly obeys?: readonly ProofStep['kind'][];
  /** The resource whose tag a person does not put back. */
  readonly forgets?: string;
  readonly afterMs?: number;
  readonly failingReads?: number;
};

/** IAM as it is promised to be. */
const byTag = (seen: readonly ResourceTag[]): TriedLogin =>
  seen.some(({ key, value }) => key.toLowerCase() === 'pg-headroom' && ['observe', 'enforce'].includes(value))
    ? IN
    : BY_IAM;

const ARN = registered().arn;

async function prove({
  subject = { arn: ARN, cluster: null },
  tags = { [ARN]: [tag('observe'), { key: 'team', value: 'shop' }] },
  login = byTag,
  obeys = ['take', 'put-back'],
  forgets,
  afterMs = 20_000,
  failingReads = Number.POSITIVE_INFINITY,
}: World) {
  const now = new Map(Object.entries(tags));
  const seen = new Map(now);
  const [steps, waiting]: [ProofStep[], (readonly [at: number, act: () => void])[]] = [[], []];
  let [ms, tries, reads] = [0, 0, 0];
  const decides = subject.cluster?.arn ?? subject.arn;
  const change = (arn: string, to: readonly ResourceTag[]) => {
    now.set(arn, to);
    waiting.push([ms + MINUTE, () => seen.set(arn, to)]);
  };
  const settle = () => {
    const due = waiting.filter(([at]) => at <= ms);
    for (const each of due) {
      waiting.splice(waiting.indexOf(each), 1);
      each[1]();
    }
  };
  const found = await proveTag(subject, {
    readTags: async (arn) => {
      reads += 1;
      if (reads > failingReads) throw new Error('The API is away.');
      return now.get(arn) ?? [];
    },
    tryLogin: async () => {
      tries += 1;
      ms += 1_000;
      settle();
      return login(seen.get(decides) ?? [], { ms, tries });
    },
    tell: (step) => {
      steps.push(step);
      if (!('holders' in step) || !obeys.includes(step.kind)) return;
      const isTaken = step.kind === 'take';
      waiting.push([
        ms + afterMs,
        () => {
          for (const [arn, all] of Object.entries(tags).filter(([arn]) => isTaken || arn !== forgets))
            change(arn, isTaken ? all.filter(({ key }) => key.toLowerCase() !== 'pg-headroom') : all);
        },
      ]);
    },
    now: () => FLEET_NOW + ms,
    sleep: async (forMs) => {
      ms += forMs;
      settle();
    },
  }).catch((thrown: unknown) => ({ kind: 'threw', why: String(thrown) }));
  return { found, steps: steps.map(({ kind }) => kind), asked: steps, minutes: ms / MINUTE, tries };
}

describe('A proof', () => {
  test('is in with the tag, refused three times without, and in with it again', async () => {
    const { found, steps, minutes } = await prove({});
    expect(found).toEqual({ kind: 'proven' });
    expect(steps).toEqual(['take', 'still-in', 'put-back', 'still-refused']);
    expect(minutes).toBeLessThan(5);
  });

  test('of a member takes the tags of cluster and member away, in whatever letters IAM reads them', async () => {
    const cluster = { resource: 'cluster-SHOP', name: 'shop', arn: 'arn:aws:rds:eu-west-1:1:cluster:shop' };
    const tags = { [cluster.arn]: [tag('enforce')], [ARN]: [{ key: 'PG-Headroom', value: 'observe' }] };
    const { found, asked } = await prove({ subject: { arn: ARN, cluster }, tags });
    expect(found).toEqual({ kind: 'proven' });
    expect(asked[0]).toMatchObject({
      holders: [
        { arn: cluster.arn, value: 'enforce' },
        { arn: ARN, key: 'PG-Headroom', value: 'observe' },
      ],
    });
  });

  test('fails where the database lets the function in without its tag for ten minutes', async () => {
    const { found, steps, minutes } = await prove({ login: () => IN });
    expect(found).toEqual({ kind: 'failed', why: 'in-without-tag' });
    expect(steps).toEqual(['take', 'still-in', 'put-back']);
    expect(minutes).toBeGreaterThan(10);
    expect(minutes).toBeLessThan(12);
  });

  test('fails where IAM refuses with the tag too, and asks nobody to take one away', async () => {
    const { found, steps } = await prove({ login: () => BY_IAM });
    expect(found).toEqual({ kind: 'failed', why: 'refused-with-tag' });
    expect(steps).toEqual(['still-refused']);
  });

  test('fails where IAM goes on refusing when the tag is back: it was not the tag', async () => {
    const { found } = await prove({ login: (_, { tries }) => (tries === 1 ? IN : BY_IAM) });
    expect(found).toEqual({ kind: 'failed', why: 'refused-with-tag' });
  });

  test('counts no refusal that comes between logins that got in', async () => {
    const { found } = await prove({
      login: (_, { tries }) => (tries % 3 === 0 ? IN : tries === 1 ? IN : BY_IAM),
    });
    expect(found).toEqual({ kind: 'failed', why: 'in-without-tag' });
  });
});

describe('No proof comes of', () => {
  const none = { kind: 'no-proof', why: expect.any(String) };

  test.each<[string, World]>([
    ['a database without the tag', { tags: { [ARN]: [] } }],
    ['a database whose tag is off', { tags: { [ARN]: [tag('off')] } }],
    [
      'a database whose tag is in other letters',
      { tags: { [ARN]: [{ key: 'PG-Headroom', value: 'observe' }] } },
    ],
    ['a role that is missing', { login: () => MISSING_ROLE }],
    ['a network that is shut', { login: () => UNREACHABLE }],
    [
      'a network that is shut while the tag is away',
      { login: (seen, { tries }) => (tries < 4 ? byTag(seen) : UNREACHABLE) },
    ],
    ['a role that goes with the tag', { login: (seen) => (byTag(seen).isIn ? IN : MISSING_ROLE) }],
    ['a tag that nobody takes away', { obeys: [] }],
    ['a tag that nobody puts back', { obeys: ['take'] }],
  ])('%s', async (_, world) => {
    expect((await prove(world)).found).toEqual(none);
  });

  test.each<[string, readonly boolean[], readonly TriedLogin[]]>([
    ['comes back before IAM refused three logins', [true, false, false, true], [IN, BY_IAM]],
    [
      'goes again before the last login',
      [true, false, false, false, false, true, false],
      [IN, BY_IAM, BY_IAM, BY_IAM, IN],
    ],
  ])('a tag that %s', async (_, reads, logins) => {
    const [left, tried] = [[...reads], [...logins]];
    let ms = 0;
    const found = await proveTag(
      { arn: ARN, cluster: null },
      {
        readTags: async () => (left.shift() === true ? [tag('observe')] : []),
        tryLogin: async () => tried.shift() ?? IN,
        tell: () => {},
        now: () => FLEET_NOW + ms,
        sleep: async (forMs) => {
          ms += forMs;
        },
      },
    );
    expect(found).toMatchObject({ kind: 'no-proof', why: expect.stringContaining('the tag ') });
  });
});

describe('Whatever happens', () => {
  test('a person is asked to put the tag back that is away at the end', async () => {
    expect((await prove({ login: () => IN })).steps.at(-1)).toBe('put-back');
    expect((await prove({ obeys: ['take'] })).steps.at(-1)).toBe('put-back');
    const broken = await prove({
      login: (seen, { tries }) => {
        if (tries > 3) throw new Error('The function is away.');
        return byTag(seen);
      },
    });
    expect(broken.found).toMatchObject({ kind: 'threw', why: expect.stringContaining('away') });
    expect(broken.steps.at(-1)).toBe('put-back');
  });

  test('and a member is asked for its own tag too, which may keep it from what its cluster may', async () => {
    const cluster = { resource: 'cluster-SHOP', name: 'shop', arn: 'arn:aws:rds:eu-west-1:1:cluster:shop' };
    const tags = { [cluster.arn]: [tag('enforce')], [ARN]: [tag('off')] };
    const world = { subject: { arn: ARN, cluster }, tags };
    const { found, asked } = await prove({ ...world, forgets: ARN });
    expect(found).toEqual({ kind: 'proven' });
    expect(asked.at(-1)).toEqual({
      kind: 'put-back',
      holders: [{ arn: ARN, key: 'pg-headroom', value: 'off' }],
    });
    expect((await prove(world)).steps.filter((each) => each === 'put-back')).toHaveLength(1);
  });

  test('and where nobody can tell whether it is', async () => {
    const { found, steps } = await prove({ failingReads: 3 });
    expect(found).toMatchObject({ kind: 'threw' });
    expect(steps.at(-1)).toBe('put-back');
  });
});
