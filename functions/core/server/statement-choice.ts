import { remembered } from '../base/memoize.ts';
import { bytesOf, statementText } from '../base/server-text.ts';
import { type Held, heldBy, heldPlainly, mayHold } from './held-by-statement.ts';
import { INSUFFICIENT_PRIVILEGE } from './session.ts';
import { statementShape } from './statement-shape.ts';

/**
 * How much of its sessions' last statements a server lets out: nothing, their shape, or all of it.
 */
export const STATEMENT_CHOICES = ['off', 'shape', 'full'] as const;
export type StatementChoice = (typeof STATEMENT_CHOICES)[number];
export const DEFAULT_STATEMENTS: StatementChoice = 'shape';

/** What is told of a statement that the server shows, escaped, of a session in a database with this encoding. */
export type TellStatement = (escaped: string, encoding: string | null) => string | null;

/**
 * What is told of a statement. It is applied as rows are read, so that nothing more is ever in a snapshot, whatever becomes
 * of that: the plan, the record, the message, a file. A server's sessions share a few statements: answers are kept.
 */
export function tellStatements(choice: StatementChoice): TellStatement {
  const byEncoding = remembered((encoding) => remembered((escaped) => toldOf(choice, escaped, encoding)));
  return (escaped, encoding) => byEncoding(encoding ?? '')(escaped);
}

/** Shapes and what a session holds are found in the bytes, where an unknown encoding cannot hide them. */
function toldOf(choice: StatementChoice, escaped: string, encoding: string): string | null {
  const bytes = bytesOf(escaped);
  switch (choice) {
    case 'off':
      // Not a client's text: it says that our role may not see one.
      return bytes === INSUFFICIENT_PRIVILEGE ? bytes : heldPlainly(statementShape(bytes));
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
export function heldByTold(told: string): readonly Held[] {
  return mayHold(told) ? heldBy(statementShape(told)) : [];
}
