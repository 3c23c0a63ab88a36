import { type Policy, type Rung, reapRules, type Threshold } from '../../core/policy/policy.ts';
import { wrap } from '../base/layout.ts';
import { counted } from '../base/phrases.ts';
import { betweenLine, patternsText, reapLine, rungLine, youngerThanLine } from '../base/policy-lines.ts';

/** The policy in sentences, so that a reader sees whether it does what is wanted. */
export function policySentences(policy: Policy): string {
  const { relieve, limits, protect } = policy;
  const paragraphs = [
    wrap(`${MODES[policy.mode]} ${actsText(relieve.when, relieve.until)}`, 0),
    ladderLines(relieve.ladder),
    reapLines(policy),
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
  const rungs = ladder.flatMap((rung, at) => wrap(rungLine(rung), 5, `  ${at + 1}. `));
  return [...wrap('They are taken in this order, each step only while slots are missing:', 0), ...rungs];
}

function reapLines(policy: Policy): readonly string[] {
  const rules = reapRules(policy);
  const [only] = rules;
  if (only === undefined) return wrap('Without pressure, no session ends.', 0);
  if (rules.length === 1)
    return wrap(`On its schedule, a run also ends ${reapLine(only)}, without pressure.`, 0);
  return [
    ...wrap('On its schedule, a run also ends, without pressure:', 0),
    ...rules.flatMap((rule) => wrap(reapLine(rule), 4, '- ')),
  ];
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
  const lines = [
    ...(protect.youngerThan ?? []).map(youngerThanLine),
    ...(protect.between ?? []).map(betweenLine),
  ].map((line) => `${line};`);
  const texts = [...named, ...lines, ...kinds.filter(([isOn]) => isOn).map(([, text]) => text)];
  return texts.length === 0
    ? ['nothing of its own choice.']
    : texts.map((text, at) => (at === texts.length - 1 ? text.replace(/;$/, '.') : text));
}
