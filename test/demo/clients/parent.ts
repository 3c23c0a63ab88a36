import type { ClientConfig } from 'pg';

/** What a client of the demo is told when it starts, through its environment. */
export const CONNECTION_VARIABLE = 'DEMO_CONNECTION';

/** How to connect. */
export function connection(): ClientConfig {
  return JSON.parse(process.env[CONNECTION_VARIABLE] ?? '{}');
}

/** Tells the demo something; what it means is between this client and the demo. */
export function tell(fact: string, count = 1): void {
  process.send?.({ fact, count });
}

// A client ends with the demo, however the demo ends.
process.on('disconnect', () => process.exit());
