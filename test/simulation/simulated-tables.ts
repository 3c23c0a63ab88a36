import { RemediationError } from '../../functions/core/base/errors.ts';
import { type Attention, CALM, isCalm } from '../../functions/core/fleet/attention.ts';
import type { RegistryWrite } from '../../functions/core/fleet/reconcile.ts';
import { registryItemText } from '../../functions/core/fleet/registry-item.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { CellText, RegistryRow, TakeClaim } from '../../functions/fleet/dispatch-ports.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';

type Texts = RegistryRow['texts'];

/** The tables of a cell. A write whose answer is lost has taken. */
export type SimulatedTables = {
  readonly registry: Map<string, Texts>;
  readonly memory: Map<string, Memory>;
  readonly readAll: () => Promise<readonly RegistryRow[]>;
  readonly readItems: (keys: readonly string[]) => Promise<readonly RegistryRow[]>;
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

export function simulatedTables(time: VirtualTime, weather: Weather): SimulatedTables {
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
  const rowOf = (key: string): readonly RegistryRow[] => {
    const texts = registry.get(key);
    return texts === undefined ? [] : [{ key, texts }];
  };
  const writeText: SimulatedTables['writeText'] = async (key, attribute, text) => {
    reach('registry', 'registry-unreadable');
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
    readItems: async (keys) => {
      reach('registry', 'registry-unreadable');
      return keys.flatMap(rowOf);
    },
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
