import { memoize } from '../base/memoize.ts';
import { bytesOf, statementText } from '../base/server-text.ts';
import { type Held, heldBy, mayHold, minimalStatement } from './held-by-statement.ts';
import { HIDDEN_STATEMENT } from './session.ts';
import { statementShape } from './statement-shape.ts';

/** How much of the sessions' last statements is kept: nothing, their shape, or all. */
export const STATEMENT_CHOICES = ['off', 'shape', 'full'] as const;
export type StatementChoice = (typeof STATEMENT_CHOICES)[number];
export const DEFAULT_STATEMENTS: StatementChoice = 'shape';

/** Redacts a statement that the server sent escaped, from a session in a database with this encoding. */
export type RedactStatement = (escaped: string, encoding: string | null) => string | null;

/**
 * Redacts statements while rows are read, so that a snapshot never holds more, and neither does the plan, the
 * record, the message or a file. A server's sessions share few statements, so the answers are kept.
 */
export function redactStatements(choice: StatementChoice): RedactStatement {
  const byEncoding = memoize((encoding) => memoize((escaped) => redacted(choice, escaped, encoding)));
  return (escaped, encoding) => byEncoding(encoding ?? '')(escaped);
}

/**
 * The shape, and what the session holds, are found in the bytes, so that an unknown encoding cannot hide
 * them.
 */
function redacted(choice: StatementChoice, escaped: string, encoding: string): string | null {
  const bytes = bytesOf(escaped);
  switch (choice) {
    case 'off':
      // This is not a client's text. It says that our role may not see the statement.
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

/** What a session holds according to its last statement, even a redacted one. */
export function heldByRedacted(statement: string): readonly Held[] {
  return mayHold(statement) ? heldBy(statementShape(statement)) : [];
}
