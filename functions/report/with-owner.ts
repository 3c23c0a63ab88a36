import { TOPICS } from '../core/incident/memory-schema.ts';
import type { ReportPorts } from './report-ports.ts';

/** Publishes each message with the attribute `owner`, by which subscribers and pagers route. Without an owner nothing changes. */
export function withOwner(publish: ReportPorts['publish'], owner: string | null): ReportPorts['publish'] {
  if (owner === null || owner === '') return publish;
  const owned = TOPICS.flatMap((topic) => {
    const to = publish[topic];
    if (to == null) return [];
    const send: typeof to = (message, identity) =>
      to({ ...message, attributes: { ...message.attributes, owner } }, identity);
    return [[topic, send] as const];
  });
  return { ...publish, ...Object.fromEntries(owned) };
}
