import { createInterface } from 'node:readline';
import pg from 'pg';

/** Each line of input is a request, and one line of output answers it. The program ends with its input. */
export async function answerRequests(handle: (request: string) => Promise<unknown>): Promise<never> {
  for await (const request of createInterface({ input: process.stdin })) {
    try {
      await handle(request);
      console.log('ok');
    } catch (error) {
      console.log(`failed ${worded(error)}`);
    }
  }
  process.exit();
}

/** A handler of `error` events that only prints them. */
export function tellOf(error: Error): void {
  console.log(`saw ${worded(error)}`);
}

function worded(error: unknown): string {
  if (error instanceof pg.DatabaseError) return `DatabaseError ${error.code}: ${error.message}`;
  return String(error);
}
