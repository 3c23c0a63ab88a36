import { cleanName } from '../../core/base/clean-text.ts';
import type { Policy, Rung, Threshold } from '../../core/policy/policy.ts';
import { wrap } from '../base/layout.ts';
import { ageText, counted, listText } from '../base/phrases.ts';

/** The policy in sentences, so that a reader sees whether it does what is wanted. */
export function policySentences(policy: Policy): string {
  const { relieve, limits, protect } = policy;
  const paragraphs = [
    wrap(`${MODES[policy.mode]} ${actsText(relieve.when, relieve.until)}`, 0),
    ladderLines(relieve.ladder),
    wrap(reapText(policy), 0),
    wrap(limitsText(limits), 0),
    wrap(includeText(policy), 0),
    ['It spares:', ...sparedTexts(protect).flatMap((text) => wrap(text, 4, '- '))],
    wrap(ALWAYS, 0),
  ];
  return paragraphs.map((lines) => lines.join('\n')).join('\n\n');
}

const MODES = {
  off: 'This policy is off: a run does nothing.',
  observe: 'This policy observes: a run says what it would end, and ends no session.',
  enforce: 'This policy enforces: a run ends sessions.',
} as const satisfies Record<Policy['mode'], string>;

const ALWAYS =
  "Whatever a policy says, these stay: active sessions; sessions of superusers and of the provider's roles; our own sessions; replication and the server's processes; sessions that our role cannot see.";

function actsText(when: Threshold, until: Threshold): string {
  const full =
    when.unit === 'usedPercent'
      ? `${when.value} % or more of the usable slots are taken`
      : `fewer than ${counted(when.value, 'slot')} are free`;
  const enough =
    until.unit === 'usedPercent'
      ? `at most ${until.value} % are taken`
      : `at least ${counted(until.value, 'slot')} are free`;
  return `There is pressure when ${full}. Then a run takes sessions until ${enough}, and not one more.`;
}

function ladderLines(ladder: readonly Rung[]): readonly string[] {
  if (ladder.length === 0) return wrap('Its ladder is empty, so no session ends under pressure.', 0);
  const rungs = ladder.map(
    ({ state, minAgeMs }, at) =>
      `  ${at + 1}. sessions in state "${state}" for ${ageText(minAgeMs)} or longer`,
  );
  return [...wrap('They are taken in this order, each step only while slots are missing:', 0), ...rungs];
}

function reapText({ reap }: Policy): string {
  if (reap === null) return 'Without pressure, no session ends.';
  return `On its schedule, a run also ends idle sessions that are idle for ${ageText(reap.minAgeMs)} or longer, without pressure.`;
}

function limitsText({ maxVictims, maxPercent, keepPerGroup }: Policy['limits']): string {
  if (maxVictims === 0 || maxPercent === 0) return 'Its limits are 0, so a run ends no session.';
  const most = `A run ends at most ${counted(maxVictims, 'session')}, and at most ${maxPercent} % of all client sessions.`;
  const keeps =
    keepPerGroup === 0
      ? 'It may end all sessions of a program.'
      : `It leaves each program at least ${counted(keepPerGroup, 'session')}.`;
  return `${most} ${keeps}`;
}

function includeText({ include }: Policy): string {
  const narrowed = Object.entries(include).filter(([, patterns]) => !patterns.includes('*'));
  if (narrowed.length === 0) return 'It may take sessions of every role, database, application and address.';
  const texts = narrowed.map(([key, patterns]) => `${key} ${patternsText(patterns)}`);
  return `It takes only sessions that match all of these: ${texts.join('; ')}.`;
}

function patternsText(patterns: readonly string[]): string {
  if (patterns.length === 0) return 'none, so that it takes no session at all';
  return listText(
    patterns.map((pattern) => `"${cleanName(pattern)}"`),
    patterns.length,
  );
}

function sparedTexts(protect: Policy['protect']): readonly string[] {
  const { users, databases, applications, addresses, poolers } = protect;
  const named = Object.entries({ users, databases, applications, addresses, poolers })
    .filter(([, patterns]) => patterns.length > 0)
    .map(([key, patterns]) => `${key}: ${patternsText(patterns)};`);
  const kinds = [
    [
      protect.builtinApplications,
      'backups, dumps, migrations and monitoring agents, by the names that they use;',
    ],
    [protect.listeners, 'sessions that listen, and those that began a backup or a dump;'],
    [protect.advisoryLocks, 'holders of advisory locks;'],
    [protect.temporaryTables, 'owners of temporary tables in the maintenance database;'],
  ] as const;
  const texts = [...named, ...kinds.filter(([isOn]) => isOn).map(([, text]) => text)];
  return texts.length === 0
    ? ['nothing of its own choice.']
    : texts.map((text, at) => (at === texts.length - 1 ? text.replace(/;$/, '.') : text));
}
