import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import type { WrittenServer } from './fleet-problems.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Topics with two conflicting uses. A topic that we publish to, including our alarms, must not start a run, because its
 * result is published again. People and chat rooms need different topics, because their messages have different forms.
 */
export function topicProblems(
  path: string,
  reporting: Fields,
  servers: readonly WrittenServer[],
): readonly Finding[] {
  const outputs = new Map<unknown, string>(
    ['people', 'chat', 'pager'].flatMap((key) => {
      const arn = arnOf(reporting[key]);
      return arn === undefined ? [] : [[arn, key] as const];
    }),
  );
  const { people, chat } = reporting;
  const isBoth = arnOf(people) !== undefined && arnOf(people) === arnOf(chat);
  const both = {
    path: `${path}.chat.topicArn`,
    found: quoted(arnOf(chat)),
    allowed: 'another topic than the one for people: chat rooms get messages in another form',
  };
  const loops = servers.flatMap(({ path: at, server: { alarmTopicArns } }) =>
    (Array.isArray(alarmTopicArns) ? alarmTopicArns : []).flatMap((arn: unknown, index) => {
      const key = outputs.get(arn);
      const allowed = `a topic that pg-headroom does not publish to: ${path}.${key} is the same, and its messages would start runs`;
      return key === undefined
        ? []
        : [{ path: `${at}.alarmTopicArns[${index}]`, found: quoted(arn), allowed }];
    }),
  );
  return isBoth ? [both, ...loops] : loops;
}

function arnOf(topic: unknown): unknown {
  return typeof topic === 'object' && topic !== null && 'topicArn' in topic ? topic.topicArn : undefined;
}
