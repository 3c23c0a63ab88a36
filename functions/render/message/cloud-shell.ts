import { functionNameOf } from '../../contract.ts';
import { parseDatabaseKey } from '../../core/fleet/database-key.ts';
import { pauseIn } from '../../core/run/pause.ts';
import type { RunRecord } from '../../core/run/record.ts';
import type { Facts } from '../base/facts.ts';
import { type Section, wrap } from '../base/layout.ts';

type Named = Pick<RunRecord, 'recall' | 'server' | 'fleet'>;

const WHERE = 'paste this into AWS CloudShell of this account and region:';

/**
 * How to pause the server for two hours with the AWS CLI alone, for a message about a run that ended sessions, and how to
 * resume it where runs are paused. Empty otherwise, if memory could not be read, and if a name could mean something to a
 * shell.
 */
export function cloudShellSwitch(record: RunRecord): readonly string[] {
  const { mode, attempts, recall } = record;
  if (pauseIn(recall) !== null)
    return withTitle(`To resume runs, ${WHERE}`, cloudShellCommand(record, RESUME));
  if (mode !== 'enforce' || attempts.length === 0) return [];
  return withTitle(`To pause runs for two hours, ${WHERE}`, cloudShellCommand(record, PAUSE));
}

export function switchSection({ record }: Facts): Section {
  const [title = '', command = ''] = cloudShellSwitch(record);
  return { title: 'SWITCH', lines: command === '' ? [] : [...wrap(title), `       ${command}`] };
}

function withTitle(title: string, command: string | null): readonly string[] {
  return command === null ? [] : [title, command];
}

/** Values in shorthand stand in single quotes, because the name of a session may have a comma. */
const BY = "by={S='$(aws sts get-caller-identity --query Arn --output text)'}";
const NOW = '$(date -u +%FT%TZ)';
const PAUSE = `{M={${BY},at={S=${NOW}},until={S=$(date -ud 2hours +%FT%TZ)}}}`;
const RESUME = `{M={${BY},at={S=${NOW}},until={S=${NOW}},resumed={S=${NOW}}}}`;

function cloudShellCommand({ recall, server, fleet }: Named, pause: string): string | null {
  const table = recall?.kind === 'read' ? recall.table : '';
  if (!/^[\w.-]{3,255}$/.test(table)) return null;
  if (fleet !== undefined)
    return parseDatabaseKey(fleet.key) === null ? null : updateCommand(table, fleet.key, pause);
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(server)) return null;
  // The first call fails for a server that does not exist, and the second one is then not made.
  const exists = `aws lambda get-function-configuration --function-name ${functionNameOf(server)} --query FunctionName`;
  return `${exists} && ${updateCommand(table, server, pause)}`;
}

function updateCommand(table: string, key: string, pause: string): string {
  return `aws dynamodb update-item --table-name ${table} --key 'server={S=${key}}' --update-expression 'SET pause = :p ADD version :v' --expression-attribute-values ":v={N=1},:p=${pause}"`;
}
