import { counted, listText } from '../../core/base/words.ts';
import type { FleetDigest } from '../../core/fleet/fleet-digest.ts';
import type { LadderStep } from '../../core/fleet/ladder.ts';
import { STEP_WORDS } from '../base/ladder-words.ts';
import { type Section, sections } from '../base/layout.ts';
import type { Message } from '../base/message.ts';
import { timeText } from '../base/phrases.ts';
import { cellText, impairedTexts, needTexts, silentLines, versionTexts } from './digest-needs.ts';
import { HELD_WORDS } from './gap-words.ts';

const MOST_CELLS = 5;

/** The week of all cells as one message. `code` is that of the function that makes it. */
export function renderFleetDigest(digest: FleetDigest, id: string, code: string): Message {
  const isWhole = digest.silent.length + digest.unread.length === 0 && digest.cells > 0;
  const subject = subjectOf(digest);
  const text = textOf(digest, code);
  return {
    subject,
    link: null,
    text,
    chat: {
      version: '1.0',
      source: 'custom',
      id,
      content: {
        textType: 'client-markdown',
        title: subject,
        description: headline(digest).join(' '),
        nextSteps: needTexts(digest)
          .slice(0, 3)
          .map(({ says, command }) => `${says} ${command}`.slice(0, 350)),
        keywords: ['fleet', 'digest'],
      },
      metadata: {
        threadId: id,
        summary: subject,
        eventType: 'fleet-digest',
        relatedResources: [],
        additionalContext: {},
      },
    },
    attributes: {
      severity: isWhole ? 'info' : 'warning',
      outcome: 'fleet-digest',
      mode: 'fleet',
      kind: 'digest',
    },
  };
}

function subjectOf({ cells, total, ladder, silent, unread }: FleetDigest): string {
  const of = `${counted(total.databases, 'database')} in ${counted(cells, 'cell')}, ${reachedIn(ladder, 'enforcing')} enforcing`;
  const lost = silent.length + unread.length;
  return `FLEET week: ${of}${lost === 0 ? '' : `; ${counted(lost, 'cell')} not heard`}`;
}

function reachedIn(ladder: FleetDigest['ladder'], wanted: LadderStep): number {
  return ladder.find(({ step }) => step === wanted)?.reached ?? 0;
}

function headline({ week, cells, total, ladder, silent, unread }: FleetDigest): readonly string[] {
  const since = timeText(week);
  if (cells === 0) {
    const never =
      silent.length + unread.length > 0 ? '' : ', or ever: name the bus as EventBusArn of the cells';
    return [`No cell has said since ${since} how its databases are${never}.`];
  }
  const { databases, enforce, observe, off, aside, incidents, ended } = total;
  const [tagged, enforcing] = [reachedIn(ladder, 'tagged'), reachedIn(ladder, 'enforcing')];
  const others = aside === 0 ? '' : `, ${aside} not looked after now (declared, stopped, unsupported)`;
  return [
    `${counted(databases, 'database')} in ${counted(cells, 'cell')}: ${tagged} tagged, ${enforcing} on the last step.`,
    `Modes in force: ${enforce} enforce, ${observe} observe, ${off} off${others}.`,
    incidents + ended === 0
      ? `In the week before ${since} no incident is remembered.`
      : `In the week before ${since} at least ${counted(incidents, 'incident')} and ${counted(ended, 'ended session')}.`,
  ];
}

/** What people have to do comes first. Lines are not broken: mail programs break them to the width of their screen. */
function textOf(digest: FleetDigest, code: string): string {
  const needs = needTexts(digest).flatMap(({ says, command }) => [`- ${says}`, `    ${command}`]);
  const open: readonly Section[] = [
    { title: 'NOT HEARD', lines: silentLines(digest) },
    { title: 'TO DO', lines: [...needs, ...listed(impairedTexts(digest))] },
  ];
  const isCalm = digest.cells > 0 && open.every(({ lines }) => lines.length === 0);
  const facts: readonly Section[] = [
    { title: 'LADDER', lines: digest.cells === 0 ? [] : ladderLines(digest) },
    { title: 'NEW', lines: listed(newTexts(digest)) },
    { title: 'VERSIONS', lines: listed(versionTexts(digest, code)) },
  ];
  const calm = isCalm ? ['There is nothing to do.'] : [];
  const parts = [headline(digest).join('\n'), ...calm, sections([...open, ...facts])];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function listed(texts: readonly string[]): readonly string[] {
  return texts.map((each) => `- ${each}`);
}

function ladderLines({ ladder, held }: FleetDigest): readonly string[] {
  const width = Math.max(...ladder.map(({ reached }) => String(reached).length));
  const because = held
    .filter(({ source }) => source !== 'standing')
    .map(({ source, databases }) => `${HELD_WORDS[source]} (${databases})`);
  return [
    ...ladder.map(
      ({ step, reached }) => `  ${STEP_WORDS[step].padEnd(14)}${String(reached).padStart(width)}`,
    ),
    ...(because.length === 0 ? [] : [`At observe they are held by ${listText(because, because.length)}.`]),
  ];
}

function newTexts({ fresh, total }: FleetDigest): readonly string[] {
  const shown = fresh.slice(0, MOST_CELLS).map((cell) => `${cellText(cell)}: ${namesText(cell)}.`);
  const rest = fresh.slice(MOST_CELLS);
  const more = rest.reduce((sum, { databases }) => sum + databases, 0);
  return [
    ...shown,
    ...(more === 0 ? [] : [`${counted(more, 'more database')} in ${counted(rest.length, 'more cell')}.`]),
    ...(total.gone === 0 ? [] : [`${counted(total.gone, 'database is', 'databases are')} gone.`]),
  ];
}

function namesText({ databases, names }: FleetDigest['fresh'][number]): string {
  const unnamed = databases - names.length;
  return listText([...names, ...(unnamed > 0 ? [`${unnamed} more`] : [])], names.length + 1);
}
