import { parseRegistryItem } from '../../functions/core/fleet/registry-item.ts';
import { DEFAULT_POLICY } from '../../functions/core/fleet/run-event.ts';
import { weekOf } from '../../functions/core/fleet/week-of.ts';
import { CONVERGED_MS, isExcused, isoOf } from './invariants.ts';
import type { Fault, Journal } from './journal.ts';
import { corruptKind } from './simulated-hub.ts';
import type { Stage } from './stage.ts';

/** While these last, the dispatcher cannot copy what the bucket has. */
const KEEPS_FROM_COPYING: ReadonlySet<string> = new Set(['cell', 'hub', 'registry']);

/** The objects that were corrupt for long enough for the dispatcher to know it, from when on it did. */
function corruptObjects({
  journal,
  hub,
  time,
}: Stage): readonly (Fault & { readonly name: string; readonly known: number })[] {
  return [...(hub?.keys() ?? [])].flatMap((name) =>
    journal.faults
      .filter(({ kind }) => kind === corruptKind(name))
      .map((fault) => ({ ...fault, name, known: knownFrom(fault.from, journal) }))
      .filter(({ known, until }) => known < Math.min(until, time.now())),
  );
}

function knownFrom(from: number, { faults }: Journal): number {
  let begun = from;
  for (;;) {
    const last = faults.find(
      (fault) =>
        KEEPS_FROM_COPYING.has(fault.kind) && fault.from <= begun + CONVERGED_MS && fault.until >= begun,
    );
    if (last === undefined) return begun + CONVERGED_MS;
    begun = last.until + 1;
  }
}

/** A corrupt switch lets nothing end in the cell, and a corrupt policy nothing on its databases. */
export function corruptEndsNothing(stage: Stage): readonly string[] {
  const { journal } = stage;
  const begun = new Map(journal.runs.map((run) => [run.id, run]));
  return corruptObjects(stage).flatMap(({ name, known, until }) =>
    journal.endings.flatMap(({ key, run }) => {
      const { at = 0, item } = begun.get(run) ?? {};
      if (at < known || at >= until) return [];
      const policy = parseRegistryItem(key, item, undefined)?.policy ?? DEFAULT_POLICY;
      if (name !== 'switch.json' && name !== `policies/${policy}.json`) return [];
      return [`sessions of ${key} ended at ${isoOf(at)} although ${name} is corrupt`];
    }),
  );
}

/** People hear once of each object that is corrupt, unless no database needs it. */
export function corruptIsToldOnce(stage: Stage): readonly string[] {
  const { journal, tables, weather } = stage;
  const policies = new Set(
    [...tables.registry].flatMap(([key, { item }]) => {
      const found = parseRegistryItem(key, item, undefined);
      return found?.standing === 'runs' ? [`policies/${found.policy ?? DEFAULT_POLICY}.json`] : [];
    }),
  );
  return corruptObjects(stage).flatMap(({ name, from, until }) => {
    const told = journal.news.filter(({ sent: { news, at } }) => {
      const made = Date.parse(at) - weather.skewMs('dispatch');
      return news.kind === 'unreadable' && news.name === name && made >= from && made < until;
    });
    const ids = new Set(told.map(({ sent }) => sent.id)).size;
    const isNeeded = name === 'switch.json' || policies.has(name);
    if (ids === 1 || (ids === 0 && !isNeeded)) return [];
    return [`people heard ${ids} times that ${name} is corrupt since ${isoOf(from)}`];
  });
}

/** While these last, no summary can be asked for or be remembered. */
const KEEPS_FROM_SUMMING = ['cell', 'registry', 'claims', 'memory', 'topic'];

/** Once in a week that a cell lives in, and again only where it could not be remembered. */
export function eachWeekIsSummed({ journal, time, weather }: Stage): readonly string[] {
  const now = time.now();
  const first = journal.runs[0]?.at;
  if (first === undefined) return [];
  const weeks = [...new Set([weekOf(first), weekOf(now - CONVERGED_MS)])];
  const skewMs = Math.abs(weather.skewMs('dispatch'));
  return weeks.flatMap((week) => {
    const begun = Math.max(first, Date.parse(week));
    const asked = journal.summaries.filter((each) => each.week === week);
    const isLate = !asked.some(({ at }) => at <= begun + CONVERGED_MS + skewMs);
    const last = asked.at(-1)?.at ?? now;
    const isTrouble = isExcused(journal, KEEPS_FROM_SUMMING, '', begun - skewMs, last + CONVERGED_MS);
    if (isTrouble || (!isLate && asked.length === 1)) return [];
    return [`the week from ${week} was summed up ${asked.length} times${isLate ? ', or late' : ''}`];
  });
}
