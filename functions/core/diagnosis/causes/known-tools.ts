import { medianOf } from '../../base/median.ts';
import { ageText, counted } from '../../base/words.ts';
import { isNamedAs, isTool } from '../../server/client-technology.ts';
import type { SessionEvidence } from '../evidence.ts';
import { agesOf, confidenceIn, doing, type Search, suspect } from '../suspect.ts';

/** A few tools or agents are normal. */
const FEWEST = 5;

/** `developer-tools`: psql and graphical tools, with sessions of single persons. */
export const developerTools: Search = (all, left) => {
  // psql in a script works. Tools that people left open are idle, in a transaction or outside one.
  const tools = left.filter((member) => isTool(member.session.application) && member.doing !== 'waiting');
  const resting = doing(tools, 'resting', 'in transaction');
  if (tools.length < FEWEST || resting.length * 2 < tools.length) return [];
  const people = new Set(tools.map(({ session }) => JSON.stringify([session.user, session.address]))).size;
  return [
    suspect(all, tools, {
      cause: 'developer-tools',
      confidence: confidenceIn(tools.length, tools.length),
      evidence: [
        `${counted(tools.length, 'session belongs', 'sessions belong')} to tools such as psql and DBeaver, from ${counted(people, 'person and machine', 'people and machines')}`,
        restingText(resting, tools.length),
      ],
    }),
  ];
};

/** `monitoring-hog`: monitoring agents with more sessions than monitoring needs. */
export const monitoringHog: Search = (all, left) => {
  const agents = left.filter(({ session }) => isNamedAs(session.application, 'monitoring'));
  if (agents.length < FEWEST) return [];
  const working = doing(agents, 'working').length;
  return [
    suspect(all, agents, {
      cause: 'monitoring-hog',
      confidence: confidenceIn(agents.length, agents.length),
      evidence: [`${counted(agents.length, 'session')} of monitoring ${manyFor(agents)}, ${working} at work`],
    }),
  ];
};

/** An agent that checks each database keeps a session in each, however few it needs at once. */
function manyFor(agents: readonly SessionEvidence[]): string {
  const databases = new Set(agents.map(({ session }) => session.database)).size;
  return databases < FEWEST ? 'where 1 or 2 would do' : `in ${databases} databases`;
}

function restingText(resting: readonly SessionEvidence[], of: number): string {
  const typical = medianOf(agesOf(resting, 'sinceMs')) ?? 0;
  return `${resting.length} of ${of} are idle, half of them for over ${ageText(typical)}`;
}
