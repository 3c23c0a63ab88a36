import { cleanMessage, cleanName, toAscii } from '../../core/base/clean-text.ts';
import { counted, listText } from '../../core/base/words.ts';
import type { CellNews, SentNews } from '../../core/fleet/cell-news.ts';
import type { Severity } from '../../core/incident/outcome-table.ts';
import type { Message } from '../base/message.ts';
import { timeText } from '../base/phrases.ts';

/** SNS accepts subjects below 100 characters. */
const MOST_SUBJECT = 99;

/** What is said about a cell: for how urgent it is, in a line, and with the next step. */
type CellStory = {
  readonly severity: Severity;
  readonly subject: string;
  readonly sentence: string;
  readonly next: string;
};

/** News of a cell as a message. It is about no single database, so that `server` is not among its attributes. */
export function renderCellNews({ id, news }: SentNews): Message {
  const { severity, subject: written, sentence, next } = storyOf(news);
  const subject = toAscii(written).slice(0, MOST_SUBJECT);
  return {
    subject,
    link: null,
    text: `${sentence}\n\nNEXT\n${next}\n`,
    chat: {
      version: '1.0',
      source: 'custom',
      id,
      content: {
        textType: 'client-markdown',
        title: subject,
        description: sentence,
        nextSteps: [next],
        keywords: ['fleet', news.kind],
      },
      metadata: {
        threadId: news.kind === 'outage' ? `cell-outage-${news.since}` : id,
        summary: subject,
        eventType: `cell-${news.kind}`,
        relatedResources: [],
        additionalContext: {},
      },
    },
    attributes: { severity, outcome: `cell-${news.kind}`, mode: 'cell' },
  };
}

function storyOf(news: CellNews): CellStory {
  switch (news.kind) {
    case 'outage':
      return outageStory(news);
    case 'away':
      return awayStory(news);
    case 'unreadable':
      return unreadableStory(news);
    case 'concurrency':
      return concurrencyStory(news);
    default: {
      const never: never = news;
      return never;
    }
  }
}

function outageStory({ phase, since, unwell, of, names }: Extract<CellNews, { kind: 'outage' }>): CellStory {
  const at = timeText(since);
  if (phase === 'over')
    return {
      severity: 'info',
      subject: `FLEET over: databases can be reached again, ${unwell} of ${of} not yet`,
      sentence: `The databases that were out of reach since ${at} can be reached again; ${unwell} of ${of} cannot yet.`,
      next: 'Nothing. Databases that stay out of reach are told one by one.',
    };
  const some = listText(names.map((name) => cleanName(name)));
  return {
    severity: 'critical',
    subject: `FLEET ${unwell} of ${of} databases out of reach${phase === 'lasts' ? ', still' : ''}`,
    sentence: `${unwell} of ${of} databases of this account and region cannot be reached since ${at}: ${some}. pg-headroom heals none of them meanwhile, and sends no message for each.`,
    next: 'Look for what they share: security groups, subnets, routes, a zone or the region. `headroom fleet status` lists them.',
  };
}

function awayStory({ what, since, why }: Extract<CellNews, { kind: 'away' }>): CellStory {
  const isApi = what === 'api';
  const name = isApi ? 'the API of RDS' : "the organisation's bucket";
  const held = isApi ? 'the registry as it was' : 'the last copies of policies and switch';
  return {
    severity: 'warning',
    subject: `FLEET ${isApi ? 'registry' : 'policies'} not renewed for an hour: ${name} does not answer`,
    sentence: `${isApi ? 'The API of RDS' : "The organisation's bucket"} has not answered since ${timeText(since)}, so that ${held} holds. ${cleanMessage(why, 3)}`,
    next: isApi
      ? 'Check the rights of the dispatcher. A tag that was taken off stops logins in any case, by IAM.'
      : "Check the bucket's policy. The cell's own switch works without it.",
  };
}

function unreadableStory({ name, why, databases }: Extract<CellNews, { kind: 'unreadable' }>): CellStory {
  const concerned = counted(databases, 'database');
  return {
    severity: 'critical',
    subject: `FLEET ${cleanName(name)} is not valid: ${concerned} only observed`,
    sentence: `${cleanName(name)} of the organisation's bucket cannot be used (${cleanMessage(why, 3)}). No session ends on ${concerned} until it can.`,
    next: 'Correct it: `headroom policy check FILE` prints each problem, and the bucket keeps the version before it.',
  };
}

function concurrencyStory({
  vpc,
  declared,
  needed,
  databases,
}: Extract<CellNews, { kind: 'concurrency' }>): CellStory {
  const all = counted(databases, 'database');
  return {
    severity: 'warning',
    subject: `FLEET reserved concurrency ${declared} of ${vpc} is too low for ${all}`,
    sentence: `The function of ${vpc} has ${declared} reserved, and ${all} need ${needed} when all of them are slow. Runs then wait, and those that wait a minute are dropped.`,
    next: `Reserve at least ${needed} in its fleet-network, or nothing.`,
  };
}
