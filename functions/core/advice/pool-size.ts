import { counted, listText } from '../base/words.ts';
import { type Advice, forDeveloper } from './advice.ts';
import { type AdviceFacts, type Clients, clientsIn, type KnownCulprit } from './advice-facts.ts';
import { waitsForNotifications } from './bystanders.ts';
import { settingsText } from './technology-texts.ts';

/**
 * The pools with one name, and the size of all of them on each address together. The server does not show how
 * many processes share an address, each with its own pool.
 */
type PoolSize = { readonly clients: Clients; readonly addresses: number; readonly size: number };

/** For pools that are larger than their use. The sum over all instances counts, not the size of one. */
export function poolSize({ culprits, slots }: AdviceFacts): readonly Advice[] {
  if (slots.need <= 0) return [];
  const [first] = culprits;
  if (first !== undefined && isListening(first)) return [shareListener(first)];
  const held = culprits.flatMap(({ sessions }) => sessions).length;
  return smallerPools(culprits, held - slots.need, `${slots.usable} usable slots`);
}

/** Most of its sessions wait for notifications, so that a smaller pool would lose some. */
function isListening({ sessions }: KnownCulprit): boolean {
  return sessions.filter(waitsForNotifications).length * 2 > sessions.length;
}

function shareListener({ name, sessions }: KnownCulprit): Advice {
  const listeners = sessions.filter(waitsForNotifications);
  const addresses = new Set(listeners.map(({ address }) => address)).size;
  return forDeveloper(
    `${counted(listeners.length, 'session')} of ${name} from ${counted(addresses, 'address', 'addresses')} wait for notifications. One session can LISTEN to all channels: let each process keep one, and pass the notifications on inside of it.`,
  );
}

/**
 * Sizes with which all pools together stay within a number of sessions. Empty when the busy sessions need
 * more.
 */
export function smallerPools(
  culprits: readonly KnownCulprit[],
  together: number,
  ofWhat: string,
): readonly Advice[] {
  const pools = poolsOf(culprits);
  const held = heldBy(pools);
  const fitting = pools
    .map((clients) => sizeOf(clients, together / held))
    .filter(({ clients, size }) => size >= clients.mostBusyPerAddress && size < clients.mostPerAddress);
  const [first] = fitting;
  if (first === undefined) return [];
  const sums = fitting.map(
    ({ clients: { name, sessions, mostPerAddress }, addresses }) =>
      `${name} ${sessions.length} (${counted(addresses, 'address', 'addresses')}${addresses > 1 ? `, up to ${mostPerAddress} each` : ''})`,
  );
  const goals = fitting.map(({ clients: { name }, size }) =>
    fitting.length === 1 ? `${size}` : `${size} (${name})`,
  );
  const where = first.addresses > 1 || fitting.length > 1 ? ' on each address' : '';
  const text = `Pools held ${heldBy(fitting.map(({ clients }) => clients))} of the ${ofWhat}: ${listText(sums)}. Let them hold at most ${listText(goals)} together${where}; several processes there share this number.`;
  return [forDeveloper(`${text}${settingsText(first.clients.technology, 'size')}`, pasteWith(first))];
}

/** A service may use several roles or databases. Its pools have one setting. */
function poolsOf(culprits: readonly KnownCulprit[]): readonly Clients[] {
  return [...Map.groupBy(culprits, ({ name }) => name).values()].flatMap((those) =>
    those[0]
      ? [
          clientsIn(
            those[0].usage.group,
            those.flatMap(({ sessions }) => sessions),
          ),
        ]
      : [],
  );
}

function heldBy(pools: readonly Clients[]): number {
  return pools.reduce((sum, { sessions }) => sum + sessions.length, 0);
}

function sizeOf(clients: Clients, share: number): PoolSize {
  const addresses = Math.max(1, new Set(clients.sessions.map(({ address }) => address)).size);
  return { clients, addresses, size: Math.max(1, Math.floor((clients.sessions.length * share) / addresses)) };
}

/** Lines to paste for the one technology that it is or looks like. */
function pasteWith({ clients: { technology }, size }: PoolSize): Advice['paste'] {
  const [only, other] = technology?.possible ?? [];
  switch (other === undefined ? only : undefined) {
    case 'HikariCP':
      return {
        language: 'properties',
        lines: [
          `# ${size} for one pool: divide it where several share an address`,
          `maximumPoolSize=${size}`,
          `minimumIdle=${Math.min(2, size)}`,
          'connectionTimeout=30000',
          'idleTimeout=600000',
        ],
      };
    case 'node-postgres':
      return {
        language: 'javascript',
        lines: [
          `// ${size} for one pool: divide it where several processes share an address`,
          `const pool = new Pool({ max: ${size}, idleTimeoutMillis: 10_000 });`,
        ],
      };
    default:
      return undefined;
  }
}
