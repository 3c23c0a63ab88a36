import { ATTENTION_INDEX } from '../contract.ts';
import { isCalm } from '../core/fleet/attention.ts';
import { type Memory, type MemoryPlace, NOTHING_REMEMBERED } from '../core/incident/memory.ts';
import { memoryDocument, parseMemory } from '../core/incident/memory-document.ts';
import type { Pause, Resume } from '../core/run/pause.ts';

/**
 * The attributes of an item in DynamoDB. All but `version`, which the condition of a write needs, is one text: nothing else
 * reads what is in it.
 */
export type MemoryItem = {
  readonly server: { readonly S: string };
  readonly version: { readonly N: string };
  readonly memory: { readonly S: string };
} & Partial<AttentionAttributes>;

/**
 * Beside the memory of a database of a fleet that is not calm: what the index for the dispatcher has. A calm database has
 * none of them, and is not in the index.
 */
type AttentionAttributes = {
  readonly [ATTENTION_INDEX]: { readonly S: string };
  readonly failures: { readonly N: string };
  readonly failedAt: { readonly S: string };
  readonly failedBy: { readonly S: string };
  readonly incident: { readonly BOOL: boolean };
  readonly busyAt: { readonly S: string };
};

/** The one partition of the index. */
export const CELL_PARTITION = 'cell';

export function keyOf({ server }: MemoryPlace): Pick<MemoryItem, 'server'> {
  return { server: { S: server } };
}

export function itemOf(place: MemoryPlace, memory: Memory): MemoryItem {
  return {
    ...keyOf(place),
    version: { N: String(memory.version) },
    memory: { S: memoryDocument(memory) },
    ...attentionOf(memory),
  };
}

function attentionOf({ fleet, incident }: Memory): Partial<AttentionAttributes> {
  if (fleet === undefined) return {};
  const { failures, failedAt, failedBy, busyAt } = fleet;
  if (isCalm({ failures, failedAt, failedBy, busyAt, incident: incident !== null })) return {};
  return {
    [ATTENTION_INDEX]: { S: CELL_PARTITION },
    failures: { N: String(failures) },
    incident: { BOOL: incident !== null },
    ...(failedAt !== null && { failedAt: { S: failedAt } }),
    ...(failedBy !== null && { failedBy: { S: failedBy } }),
    ...(busyAt !== null && { busyAt: { S: busyAt } }),
  };
}

type Attribute = {
  readonly N?: string;
  readonly S?: string;
  readonly NULL?: boolean;
  readonly M?: Readonly<Record<string, Attribute>>;
};

/**
 * No item means that nothing is remembered of the server yet. An item with only the switch is what `headroom pause` writes
 * before the first run.
 * @throws RemediationError `memory-unreadable`.
 */
export function parseMemoryItem(place: MemoryPlace, item: unknown, now: number): Memory {
  if (item === undefined) return NOTHING_REMEMBERED;
  const { version, memory, pause } = (item ?? {}) as { readonly [Name in string]?: Attribute };
  const isSwitchOnly = memory === undefined && pause !== undefined;
  const known = isSwitchOnly
    ? { ...NOTHING_REMEMBERED, version: Number(version?.N) || 1 }
    : parseMemory(place, Number(version?.N), memory?.S ?? '');
  if (pause === undefined) return known;
  const resumed = resumedBy(pause);
  return { ...known, paused: switchedTo(pause, now), ...(resumed && { resumed }) };
}

/** What a person sets: a pause, or its end with its author, or null for an end without one. */
export type Switch = Pause | { readonly resumed: Resume } | null;

/**
 * The switch of people, beside the text of the memory: a map while the server is paused. After it was resumed it is NULL, or
 * a map with `resumed`; its end is in the past, so that functions which do not know `resumed` see no pause either. It is
 * stronger than the pause in the text. The next write of the memory takes it over, and removes it.
 */
export function switchAttribute(to: Switch): { NULL: true } | { M: Record<string, { S: string }> } {
  if (to === null) return { NULL: true };
  const fields =
    'resumed' in to ? { ...to.resumed, until: to.resumed.at, resumed: to.resumed.at } : { ...to };
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== null);
  return { M: Object.fromEntries(given.map(([name, text]) => [name, { S: text }])) };
}

/** A text that is no time is no end. */
function resumedBy({ M }: Attribute): Resume | null {
  const at = M?.resumed?.S;
  if (at === undefined || !MOMENT.test(at) || Number.isNaN(Date.parse(at))) return null;
  return { at, by: M?.by?.S?.slice(0, MOST_TEXT) || NO_AUTHOR };
}

const NO_AUTHOR = 'a person without a name';
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const MOST_TEXT = 300;
const UNREADABLE = 'the end of this pause could not be read, so it lasts until headroom resume';

/** A person may have typed it at night. A text that is no time means a pause without end: runs end no session, and say why. */
function switchedTo(pause: Attribute, now: number): Pause | null {
  if (pause.NULL === true || resumedBy(pause) !== null) return null;
  const textAt = (name: keyof Pause) => pause.M?.[name]?.S?.slice(0, MOST_TEXT) || null;
  const momentAt = (name: 'at' | 'until') => {
    const text = textAt(name);
    return text !== null && MOMENT.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
  };
  const until = momentAt('until');
  const isClear = pause.M !== undefined && (until !== null || pause.M.until === undefined);
  return {
    at: momentAt('at') ?? new Date(now).toISOString(),
    by: textAt('by') ?? NO_AUTHOR,
    reason: isClear ? textAt('reason') : UNREADABLE,
    until,
  };
}
