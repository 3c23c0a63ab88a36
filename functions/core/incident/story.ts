import type { Group } from '../server/session.ts';
import type { Incident, Story } from './incident.ts';

/** The most bytes of a name on a server. */
const MOST_NAME = 63;

/** The story of an incident in its present state. */
export function storyOf(
  kind: Story['kind'],
  { id, openedAt, lastTroubleAt, runs, ended, nature, recurrence }: Incident,
  now: number,
  more: Partial<Story>,
): Story {
  const { cause, culprit } = nature;
  return {
    kind,
    at: new Date(now).toISOString(),
    incident: { id, openedAt, lastTroubleAt, runs, ended, cause, culprit },
    recurrence,
    change: null,
    breaker: null,
    because: null,
    before: null,
    ...more,
  };
}

/** Shortens names: they come from records, and memory is small. */
export function clipped(group: Group | null): Group | null {
  if (group === null) return null;
  const clip = (name: string) => name.slice(0, MOST_NAME);
  return { application: clip(group.application), user: clip(group.user), database: clip(group.database) };
}
