import type { Attention } from '../../functions/core/fleet/attention.ts';
import { CELL_KEYS, policyItemKey } from '../../functions/core/fleet/cell-items.ts';
import type { SentNews } from '../../functions/core/fleet/cell-news.ts';
import type { FleetParameters, RdsView } from '../../functions/core/fleet/rds-view.ts';
import { type RegisteredDatabase, registryItemText } from '../../functions/core/fleet/registry-item.ts';
import type { FleetRunEvent } from '../../functions/core/fleet/run-event.ts';
import type { CellMeasure, DispatchPorts, RegistryRow } from '../../functions/fleet/dispatch-ports.ts';
import { cellView, FLEET_NOW } from './fleet.ts';

type Texts = RegistryRow['texts'];
type PortName = Exclude<keyof DispatchPorts, 'now' | 'log' | 'newOwner' | 'measure'>;

/** A cell in memory: its tables, the API of RDS, the organisation's bucket, and what was invoked. */
export type FakeCell = {
  readonly ports: DispatchPorts;
  readonly clock: { now: number };
  readonly rows: Map<string, Texts>;
  readonly claims: Map<string, { readonly owner: string; readonly until: number }>;
  readonly attention: Map<string, Attention>;
  /** What the API shows. */
  readonly shown: { rds: RdsView; parameters: FleetParameters };
  /** Objects of the bucket by name; the text is the version too. */
  readonly hub: Map<string, string>;
  readonly started: { readonly function: string; readonly event: FleetRunEvent; readonly at: number }[];
  readonly told: SentNews[];
  readonly triggers: number[];
  /** The weeks of which a summary was asked for. */
  readonly summaries: string[];
  readonly measured: CellMeasure[];
  readonly logged: string[];
  /** The calls of ports, in order; those of writes with their key. */
  readonly calls: string[];
  /** From now on the calls of these ports fail. */
  readonly fail: (...names: readonly PortName[]) => void;
  /** Nothing happens after so many further calls: the function was ended. */
  readonly killAfter: (calls: number) => void;
};

export function fakeCell(databases: readonly RegisteredDatabase[] = [], shown = cellView()): FakeCell {
  const clock = { now: FLEET_NOW };
  const rows = new Map<string, Texts>(databases.map((each) => [each.key, { item: registryItemText(each) }]));
  const claims: FakeCell['claims'] = new Map();
  const attention: FakeCell['attention'] = new Map();
  const api = { rds: shown.rds, parameters: shown.parameters };
  const hub = new Map<string, string>();
  const summaries: string[] = [];
  const [started, told, triggers, measured, logged, calls]: [
    FakeCell['started'],
    SentNews[],
    number[],
    CellMeasure[],
    string[],
    string[],
  ] = [[], [], [], [], [], []];
  let failing: readonly PortName[] = [];
  let left = Number.POSITIVE_INFINITY;
  let owners = 0;
  const call = async <Result>(name: PortName, about: string, act: () => Result): Promise<Result> => {
    if (left <= 0) throw new Error('The function was ended.');
    left -= 1;
    calls.push(about === '' ? name : `${name} ${about}`);
    if (failing.includes(name)) throw new Error(`${name} fails`);
    return act();
  };
  const set = (key: string, attribute: keyof Texts, text: string | null) => {
    const { [attribute]: _, ...others } = rows.get(key) ?? {};
    rows.set(key, text === null ? others : { ...others, [attribute]: text });
  };
  const ports: DispatchPorts = {
    takeClaim: ({ key, owner, until }) =>
      call('takeClaim', key, () => {
        const held = claims.get(key);
        if (held !== undefined && held.owner !== owner && held.until > clock.now) return false;
        claims.set(key, { owner, until });
        return true;
      }),
    readRegistry: () =>
      call('readRegistry', '', () => [...rows].map(([key, texts]) => ({ key, texts: { ...texts } }))),
    readAttention: () => call('readAttention', '', () => new Map(attention)),
    describe: () => call('describe', '', () => api.rds),
    readParameters: () => call('readParameters', '', () => api.parameters),
    writeDatabase: ({ item }) =>
      call('writeDatabase', item.key, () => set(item.key, 'item', registryItemText(item))),
    writeCell: ({ key, attribute, text }) => call('writeCell', key, () => set(key, attribute, text)),
    readHub: (name, etag) =>
      call('readHub', name, () => {
        const text = hub.get(name);
        if (text === undefined) return { kind: 'missing' };
        return text === etag ? { kind: 'same' } : { kind: 'text', text, etag: text };
      }),
    invokeRun: (name, event) =>
      call('invokeRun', event.database, () => void started.push({ function: name, event, at: clock.now })),
    invokeTriggers: () => call('invokeTriggers', '', () => void triggers.push(clock.now)),
    tell: (news) => call('tell', news.id, () => void told.push(news)),
    summarise: (week) => call('summarise', week, () => void summaries.push(week)),
    measure: (numbers) => void (left > 0 && measured.push(numbers)),
    newOwner: () => `owner ${++owners}`,
    now: () => clock.now,
    sleep: (ms) =>
      call('sleep', '', () => {
        clock.now += ms;
      }),
    log: (event) => void logged.push(event),
  };
  return {
    ...{
      ports,
      clock,
      rows,
      claims,
      attention,
      shown: api,
      hub,
      started,
      told,
      triggers,
      summaries,
      measured,
      logged,
      calls,
    },
    fail: (...names) => {
      failing = names;
    },
    killAfter: (further) => {
      left = further;
    },
  };
}

/** What stands in the registry under a key of the cell itself. */
export function cellItem(cell: FakeCell, key: keyof typeof CELL_KEYS): unknown {
  return JSON.parse(cell.rows.get(CELL_KEYS[key])?.item ?? 'null');
}

export function policyItem(cell: FakeCell, name: string): unknown {
  return JSON.parse(cell.rows.get(policyItemKey(name))?.item ?? 'null');
}
