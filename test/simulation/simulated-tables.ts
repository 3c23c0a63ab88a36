import type { BatchKeys, SendBatch } from '../../functions/aws/read-batch.ts';
import { toRegistryRow } from '../../functions/aws/registry-table.ts';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { type Attention, CALM, isCalm } from '../../functions/core/fleet/attention.ts';
import type { RegistryWrite } from '../../functions/core/fleet/reconcile.ts';
import { registryItemText } from '../../functions/core/fleet/registry-item.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { CellText, RegistryRow, TakeClaim } from '../../functions/fleet/dispatch-ports.ts';
import type { Product } from './product.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';

type Texts = RegistryRow['texts'];

/** The tables of a cell. A write whose answer is lost has taken. */
export type SimulatedTables = {
  readonly registry: Map<string, Texts>;
  readonly memory: Map<string, Memory>;
  readonly readAll: () => Promise<readonly RegistryRow[]>;
  readonly readItems: (keys: readonly string[]) => Promise<readonly RegistryRow[]>;
  /** The same, with the memory of a database in one batch. */
  readonly readRun: (
    keys: readonly string[],
    memoryKey: string,
  ) => Promise<{ readonly rows: readonly RegistryRow[]; readonly memory: Memory }>;
  readonly writeDatabase: (write: RegistryWrite) => Promise<void>;
  readonly writeText: (key: string, attribute: keyof Texts, text: string | null) => Promise<void>;
  readonly writeCell: (text: CellText) => Promise<void>;
  /** With the clock of the caller. */
  readonly takeClaim: (now: () => number) => TakeClaim;
  /** Puts a record of a run into the outbox, whose stream then delivers it. */
  readonly postParcel: (key: string, deliver: () => void) => Promise<void>;
  readonly readMemory: (key: string) => Promise<Memory>;
  readonly writeMemory: (key: string, memory: Memory) => Promise<boolean>;
  /** The sparse index, which is a little behind the memory. */
  readonly readAttention: () => Promise<ReadonlyMap<string, Attention>>;
  /** Successful writes of databases into the registry. */
  readonly written: { readonly key: string; readonly at: number }[];
};

export function simulatedTables(
  time: VirtualTime,
  weather: Weather,
  { readBatch }: Pick<Product, 'readBatch'>,
): SimulatedTables {
  const registry: SimulatedTables['registry'] = new Map();
  const memory: SimulatedTables['memory'] = new Map();
  const claims = new Map<string, { readonly owner: string; readonly until: number }>();
  const index = simulatedIndex(time, weather);
  const written: SimulatedTables['written'] = [];
  const reach = (
    what: 'registry' | 'memory' | 'claims',
    code: 'registry-unreadable' | 'memory-unreadable',
  ) => {
    if (weather.isAway(what, time.now())) throw new RemediationError(code, `The table ${what} is away.`);
  };
  const answer = (what: string, code: 'registry-unwritable' | 'memory-unwritable') => {
    if (weather.losesAnswer(what, time.now())) throw new RemediationError(code, 'The answer was lost.');
  };
  const accept = (what: string, code: 'registry-unwritable' | 'memory-unwritable') => {
    if (weather.throttles('write', what, time.now())) throw new RemediationError(code, 'ThrottlingException');
  };
  const readTogether = async (keys: readonly string[], memoryKey: string | null) => {
    const ofMemory = memoryKey === null ? {} : { memory: asked('server', [memoryKey]) };
    let tries = 0;
    const answer: SendBatch = async (left) => {
      reach('registry', 'registry-unreadable');
      if (left.memory !== undefined) reach('memory', 'memory-unreadable');
      tries += 1;
      const isUnread = (key: string) => weather.leavesUnread(key, time.now(), tries);
      return answerOf(left, isUnread, { registry, memory });
    };
    const found = await readBatch({ registry: asked('key', keys), ...ofMemory }, answer, time.sleep);
    return (found.registry ?? []).map(toRegistryRow).filter((row) => row !== null);
  };
  const writeText: SimulatedTables['writeText'] = async (key, attribute, text) => {
    reach('registry', 'registry-unreadable');
    accept(`registry ${key}`, 'registry-unwritable');
    const { [attribute]: _, ...others } = registry.get(key) ?? {};
    registry.set(key, text === null ? others : { ...others, [attribute]: text });
    answer(`registry ${key}`, 'registry-unwritable');
  };
  return {
    ...{ registry, memory, written, writeText },
    readAll: async () => {
      reach('registry', 'registry-unreadable');
      return [...registry].map(([key, texts]) => ({ key, texts }));
    },
    readItems: (keys) => readTogether(keys, null),
    readRun: async (keys, key) => ({
      rows: await readTogether(keys, key),
      memory: memory.get(key) ?? NOTHING_REMEMBERED,
    }),
    writeDatabase: async ({ item }) => {
      written.push({ key: item.key, at: time.now() });
      await writeText(item.key, 'item', registryItemText(item));
    },
    writeCell: ({ key, attribute, text }) => writeText(key, attribute, text),
    takeClaim:
      (now) =>
      async ({ key, owner, until }) => {
        reach('claims', 'registry-unreadable');
        const held = claims.get(key);
        if (held !== undefined && held.owner !== owner && held.until > now()) return false;
        claims.set(key, { owner, until });
        answer(`claims ${key}`, 'registry-unwritable');
        return true;
      },
    postParcel: async (key, deliver) => {
      reach('registry', 'registry-unreadable');
      deliver();
      answer(`outbox ${key}`, 'registry-unwritable');
    },
    readMemory: async (key) => {
      reach('memory', 'memory-unreadable');
      return memory.get(key) ?? NOTHING_REMEMBERED;
    },
    writeMemory: async (key, next) => {
      reach('memory', 'memory-unreadable');
      accept(`memory ${key}`, 'memory-unwritable');
      if (next.version !== (memory.get(key)?.version ?? 0) + 1) return false;
      memory.set(key, next);
      index.note(key, next);
      answer(`memory ${key}`, 'memory-unwritable');
      return true;
    },
    readAttention: async () => {
      reach('memory', 'memory-unreadable');
      return index.read();
    },
  };
}

function asked(attribute: 'key' | 'server', keys: readonly string[]): BatchKeys[string] {
  return { Keys: keys.map((key) => ({ [attribute]: { S: key } })), ConsistentRead: true };
}

/** What one request finds, and what it leaves for the next one. */
function answerOf(
  { registry: ofRegistry, memory: ofMemory }: BatchKeys,
  isUnread: (key: string) => boolean,
  tables: Pick<SimulatedTables, 'registry' | 'memory'>,
): Awaited<ReturnType<SendBatch>> {
  const [rows, leftRows] = parted(ofRegistry, 'key', isUnread);
  const [memories, leftMemories] = parted(ofMemory, 'server', isUnread);
  return {
    Responses: {
      registry: rows.flatMap((key) => {
        const texts = tables.registry.get(key);
        return texts === undefined ? [] : [itemOf(key, texts)];
      }),
      memory: memories.filter((key) => tables.memory.has(key)).map((key) => ({ server: { S: key } })),
    },
    UnprocessedKeys: {
      ...(leftRows.length > 0 && { registry: asked('key', leftRows) }),
      ...(leftMemories.length > 0 && { memory: asked('server', leftMemories) }),
    },
  };
}

function itemOf(key: string, texts: Texts): BatchKeys[string]['Keys'][number] {
  const item: BatchKeys[string]['Keys'][number] = { key: { S: key } };
  for (const [name, text] of Object.entries(texts)) item[name] = { S: text };
  return item;
}

function parted(
  of: BatchKeys[string] | undefined,
  attribute: 'key' | 'server',
  isUnread: (key: string) => boolean,
): readonly [read: readonly string[], left: readonly string[]] {
  const keys = (of?.Keys ?? []).map((key) => key[attribute]?.S ?? '');
  const left = keys.filter(isUnread);
  return [left.length === 0 ? keys : keys.filter((key) => !left.includes(key)), left];
}

/** Rows come into the index, and go from it, a little after the memory was written. */
function simulatedIndex(time: VirtualTime, weather: Weather) {
  const rows = new Map<string, Attention>();
  return {
    read: () => new Map(rows),
    note: (key: string, memory: Memory) => {
      const found = attentionOf(memory);
      time.at(time.now() + weather.indexAgeMs(time.now()), () => {
        if (isCalm(found)) rows.delete(key);
        else rows.set(key, found);
      });
    },
  };
}

function attentionOf({ fleet, incident }: Memory): Attention {
  const { failures = 0, failedAt = null, failedBy = null, busyAt = null } = fleet ?? {};
  return { ...CALM, failures, failedAt, failedBy, busyAt, incident: incident !== null };
}
