import { INSUFFICIENT_PRIVILEGE } from './session.ts';
import { isListen, statementShape } from './statement-shape.ts';

/**
 * How much of its sessions' last statements a server lets out: nothing, their shape, or all of it.
 */
export const STATEMENT_CHOICES = ['off', 'shape', 'full'] as const;
export type StatementChoice = (typeof STATEMENT_CHOICES)[number];
export const DEFAULT_STATEMENTS: StatementChoice = 'shape';

/** What stands for a statement that listens where statements are off: the protection of listeners needs to know it. */
const LISTENS = 'LISTEN';

/**
 * What is told of a statement. It is applied as rows are read, so that nothing more is ever in a snapshot, whatever becomes
 * of that: the plan, the record, the message, a file.
 */
export function toldOf(choice: StatementChoice): (statement: string) => string | null {
  switch (choice) {
    case 'off':
      return (statement) => {
        // Not a client's text: it says that our role may not see one.
        if (statement === INSUFFICIENT_PRIVILEGE) return statement;
        return isListen(statementShape(statement)) ? LISTENS : null;
      };
    case 'shape':
      return statementShape;
    case 'full':
      return (statement) => statement;
    default: {
      const never: never = choice;
      return never;
    }
  }
}

/** Whether a session's last statement, however much of it was told, starts listening for notifications. */
export function listens(told: string): boolean {
  // Hardly any statement has the word, and the shape of a whole one is dear.
  return /listen/i.test(told) && isListen(statementShape(told));
}
