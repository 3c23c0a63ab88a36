import { Random } from '../../../drawings/random.ts';
import type { As, Open, Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

type Fields = Omit<Story, 'settings' | 'play' | 'isHeldOut' | 'expected' | 'truth'> &
  Required<Pick<Story, 'truth'>> & {
    /** Sessions of clients when the run looks, which fill the server but for `free` slots. */
    readonly used: number;
    readonly free?: number;
    readonly settings?: Readonly<Record<string, string | number>>;
    /** How many clients of other programs work or rest beside the story's own; they are part of `used`. */
    readonly beside?: number;
    /** Clients of the story itself are refused; by default it is others, when it has been played. */
    readonly refusesItself?: true;
    readonly play: (scene: Scene, random: Random) => Promise<void>;
  };

/** A story of hours or weeks on a server with exactly as many slots as it needs. Its numbers follow from its name. */
export function slowStory(fields: Fields): Story {
  const { used, free = 0, settings, beside = 0, refusesItself, play, ...story } = fields;
  const reserves = story.version >= 16 ? 6 : 3;
  const seed = hashOf(story.name);
  return {
    authentication: 'trust',
    ...story,
    settings: {
      max_connections: used + free + reserves,
      superuser_reserved_connections: 3,
      ...(story.version >= 16 && { reserved_connections: 3 }),
      ...settings,
    },
    isHeldOut: isHeldOut(story.name),
    play: async (scene) => {
      const random = new Random(seed);
      const others = neighbourhood(random, beside);
      await play(scene, random);
      for (const other of others) await openNeighbour(scene, random, other);
      await scene.pass(0);
      if ((story.trigger ?? 'log-lines') === 'log-lines' && !refusesItself)
        await scene.refuse({ user: 'web', application: 'web', address: '127.0.200.9' }, random.whole(1, 5));
    },
  };
}

/** A third of the stories, by their names alone: so nobody chooses them by what they show. */
export function isHeldOut(name: string): boolean {
  return hashOf(name) % 3 === 0;
}

function hashOf(text: string): number {
  return [...text].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0, 7);
}

type Neighbour = { readonly as: As; readonly size: number };

/** Healthy programs of three to six sessions each. */
function neighbourhood(random: Random, count: number): readonly Neighbour[] {
  const all: Neighbour[] = [];
  for (let left = count; left > 0; ) {
    const size = Math.min(left, random.whole(3, 6));
    const name = ['storefront', 'office', 'payments', 'search', 'reports', 'stock'][all.length % 6] ?? '';
    all.push({
      as: { user: `${name}_${all.length}`, application: name, address: `127.0.201.${all.length + 1}` },
      size,
    });
    left -= size;
  }
  return all;
}

/** They work a few times a second until the story ends. */
async function openNeighbour(scene: Scene, random: Random, { as, size }: Neighbour): Promise<void> {
  await scene.busy(as, size, random.whole(100, 300), 'SELECT count(*) FROM pg_class WHERE relpages > 3');
}

/** Addresses of hosts in a net of their own. */
export function hosts(net: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `127.0.${net}.${at + 10}`);
}

/** Sessions that a pool opens one after the other when its process starts, with what its driver runs on each. */
export async function fill(
  scene: Scene,
  as: As,
  size: number,
  { gapMs = 0, prepared = '' }: { readonly gapMs?: number; readonly prepared?: string } = {},
): Promise<readonly Open[]> {
  const opened: Open[] = [];
  for (let at = 0; at < size; at += 1) {
    const client = await scene.open(as);
    if (prepared !== '') await client.query(prepared);
    opened.push(client);
    scene.clock.ahead(gapMs);
  }
  return opened;
}

export const REQUESTS = [
  'SELECT count(*) FROM pg_class WHERE relkind = $$r$$',
  'SELECT relname FROM pg_class LIMIT 3',
  'SELECT now()',
  'SELECT count(*) FROM pg_attribute WHERE attnum = 1',
] as const;
