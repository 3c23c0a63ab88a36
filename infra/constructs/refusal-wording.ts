import * as logs from 'aws-cdk-lib/aws-logs';
import { REFUSAL_PHRASES } from '../../functions/contract.ts';
import { whatToDo } from './alarm-names.ts';

/** Any of the wordings; for metric and subscription filters. It cannot tell streams or our own role's lines apart. */
export function refusalPattern(): logs.IFilterPattern {
  return logs.FilterPattern.anyTerm(...REFUSAL_PHRASES);
}

/** The same as a Logs Insights query, of one server's stream where several share the group. */
export function refusalQuery(logStream?: string): string {
  const wording = REFUSAL_PHRASES.map(literally).join('|');
  const stream = logStream === undefined ? '' : ` | filter @logStream like /^${literally(logStream)}(\\.|$)/`;
  return `fields @timestamp, @message | filter @message like /${wording}/${stream}`;
}

/** For whoever sees the alarm. */
export function refusalDescription(server: string, { logGroupName }: logs.ILogGroup): string {
  return `PostgreSQL server ${server} refused clients for want of connection slots (SQLSTATE 53300 in ${logGroupName}). pg-headroom runs at once and reports what it found. ${whatToDo('refusals')}`;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
