import * as logs from 'aws-cdk-lib/aws-logs';
import { REFUSAL_PHRASES } from '../../functions/contract.ts';
import { whatToDo } from './alarm-names.ts';

/**
 * Matches any of the phrases, for metric and subscription filters. It cannot tell streams apart, and cannot leave out lines of
 * our own role.
 */
export function refusalPattern(): logs.IFilterPattern {
  return logs.FilterPattern.anyTerm(...REFUSAL_PHRASES);
}

/** The same as a Logs Insights query, limited to the server's stream if several servers share the group. */
export function refusalQuery(logStream?: string): string {
  const wording = REFUSAL_PHRASES.map(literally).join('|');
  const stream = logStream === undefined ? '' : ` | filter @logStream like /^${literally(logStream)}(\\.|$)/`;
  return `fields @timestamp, @message | filter @message like /${wording}/${stream}`;
}

/** The alarm's description, for the people who get it. */
export function refusalDescription(server: string, { logGroupName }: logs.ILogGroup): string {
  return `PostgreSQL server ${server} refused clients because no connection slot was free (SQLSTATE 53300 in ${logGroupName}). pg-headroom starts a run now and sends a message about it. ${whatToDo('refusals')}`;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
