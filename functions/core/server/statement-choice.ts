import { memoize } from '../base/memoize.ts';
import { bytesOf, statementText } from '../base/server-text.ts';
import { type Held, heldBy, mayHold, minimalStatement } from './held-by-statement.ts';
import { HIDDEN_STATEMENT } from './session.ts';
import { statementShape } from './statement-shape.ts';

/**
 * How much of its sessions' last statements a server lets out: nothing, their shape, or all of it.
 */
export const STATEMENT_CHOICES = ['off', 'shape', 'full'] as const;
export type StatementChoice = (typeof STATEMENT_CHOICES)[number];
export const DEFAULT_STATEMENTS: StatementChoice = 'shape';

/** What is told of a statement that the server shows, escaped, of a session in a database with this encoding. */
export type RedactStatement = (escaped: string, encoding: string | null) => string | null;

/**
 * What is told of a statement. It is applied as rows are read, so that nothing more is ever in a snapshot, whatever becomes
 * of that: the plan, the record, the message, a file. A server's sessions share a few statements: answers are kept.
 */
export function redactStatements(choice: StatementChoice): RedactStatement {
  const byEncoding = memoize((encoding) => memoize((escaped) => redacted(choice, escaped, encoding)));
  return (escaped, encoding) => byEncoding(encoding ?? '')(escaped);
}

/** Shapes and what a session holds are found in the bytes, where an unknown encoding cannot hide them. */
function redacted(choice: StatementChoice, escaped: string, encoding: string): string | null {
  const bytes = bytesOf(escaped);
  switch (choice) {
    case 'off':
      // Not a client's text: it says that our role may not see one.
      return bytes === HIDDEN_STATEMENT ? bytes : minimalStatement(statementShape(bytes));
    case 'shape':
      return statementText(statementShape(bytes), encoding);
    case 'full':
      return statementText(bytes, encoding);
    default: {
      const never: never = choice;
      return never;
    }
  }
}

/** What a session holds by its last statement, however much of that was told. */
export function heldByRedacted(told: string): readonly Held[] {
  return mayHold(told) ? heldBy(statementShape(told)) : [];
}
