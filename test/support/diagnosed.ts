import type { Advice } from '../../functions/core/advice/advice.ts';
import type { Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { rankGroups } from '../../functions/core/server/rank-groups.ts';

/** A made-up diagnosis with the program that held most sessions as culprit, for tests of how a diagnosis is shown. */
export function diagnosisOf({ snapshot }: RunRecord): Diagnosis | null {
  const usage = snapshot === null ? undefined : rankGroups(snapshot).groups[0];
  if (usage === undefined) return null;
  const evidence = [
    `${usage.sessions} sessions opened one after the other for 2h 11m, and never used again.`,
  ];
  const opening = { perHour: 18.8, spanMs: 7_860_000, sinceMs: 7_860_000, fullInMs: 0 };
  const culprit = { usage, cause: 'connection-leak', confidence: 'high', evidence, opening } as const;
  return {
    cause: 'connection-leak',
    confidence: 'high',
    evidence: ['Nobody else holds more than 10.'],
    culprits: [culprit],
  };
}

export const ADVICE: readonly Advice[] = [
  {
    to: 'operator',
    text: 'To keep role billing from filling the server again, cap it at 37 (it held 41). Open sessions stay, new ones over the limit are refused.',
    paste: {
      language: 'sql',
      lines: ['ALTER ROLE "billing" CONNECTION LIMIT 37;'],
      undo: ['ALTER ROLE "billing" CONNECTION LIMIT -1;'],
    },
  },
  {
    to: 'developer',
    text: 'Give each client back in a finally block, and bound the pool.',
    paste: {
      language: 'javascript',
      lines: [
        'const client = await pool.connect();',
        'try {',
        '  await work(client);',
        '} finally {',
        '  client.release();',
        '}',
      ],
    },
  },
];
